/** Answers as the services of AWS do, as far as the SDK's clients look; tells `heard` what was asked. Also the OTLP receiver. */
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

const md5 = (text) => createHash('md5').update(text).digest('hex');
const sequence = (n) => `4959833838935${String(n).padStart(8, '0')}`.padEnd(56, '2');

/** By the last part of `X-Amz-Target`. Each resolves to the answer; undefined: none, ever. */
const answers = {
  SendMessage: ({ MessageBody }, id) => ({ MessageId: id(), MD5OfMessageBody: md5(MessageBody) }),
  SendMessageBatch: ({ Entries }, id) => ({
    Successful: Entries.map(({ Id, MessageBody }) => ({ Id, MessageId: id(), MD5OfMessageBody: md5(MessageBody) })),
    Failed: [],
  }),
  PutRecord: (_, _id, count) => ({ ShardId: 'shardId-000000000001', SequenceNumber: sequence(count) }),
  PutItem: () => ({}),
  GetItem: ({ TableName }) => (TableName === 'rates' ? undefined : {}),
  PutEvents: ({ Entries }, id) => ({ FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: id() })) }),
  StartExecution: ({ stateMachineArn, name }) => ({
    executionArn: `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`,
    startDate: Date.now() / 1_000,
  }),
};

export async function endpoint(world) {
  let count = 0;
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    if (request.url === '/v1/traces') {
      world.exported(JSON.parse(body));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      return;
    }
    const invoked = /\/functions\/([\w-]+)\/invocations/.exec(request.url)?.[1];
    if (invoked !== undefined) {
      await invocation(world, { name: invoked, headers: request.headers }, response);
      return;
    }
    if (new URLSearchParams(body).get('Action') === 'Publish') {
      publish(world, new URLSearchParams(body), response);
      return;
    }
    const operation = request.headers['x-amz-target']?.split('.').at(-1);
    const asked = JSON.parse(body);
    const answer = answers[operation](asked, randomUUID, ++count);
    if (answer === undefined) return;
    world.heard(operation, asked, answer);
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() });
    response.end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close().closeAllConnections() };
}

async function invocation(world, { name, headers }, response) {
  const requestId = randomUUID();
  const clientContext = JSON.parse(Buffer.from(headers['x-amz-client-context'] ?? '', 'base64').toString() || '{}');
  const run = world.invoke(name, {}, { requestId, clientContext });
  const head = { 'content-type': 'application/json', 'x-amzn-requestid': requestId };
  if (headers['x-amz-invocation-type'] === 'Event') {
    response.writeHead(202, head).end();
    return;
  }
  const { error, answer } = await run;
  response.writeHead(200, error ? { ...head, 'x-amz-function-error': 'Unhandled' } : head).end(JSON.stringify(error ?? answer));
}

function publish(world, form, response) {
  const MessageId = randomUUID();
  const attributes = {};
  for (let n = 1; form.has(`MessageAttributes.entry.${n}.Name`); n++) {
    attributes[form.get(`MessageAttributes.entry.${n}.Name`)] = form.get(`MessageAttributes.entry.${n}.Value.StringValue`);
  }
  world.heard('Publish', { Message: form.get('Message'), attributes }, { MessageId });
  response.writeHead(200, { 'content-type': 'text/xml' });
  response.end(
    `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>${MessageId}</MessageId></PublishResult>` +
      `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></PublishResponse>`,
  );
}
