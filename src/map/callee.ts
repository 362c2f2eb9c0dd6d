import type { Attributes } from '../telemetry/record.ts';
import type { Span } from '../trace/transaction.ts';
import { type Chip, chipOf } from '../waterfall/naming.ts';

/** The other side of a call, as far as the call's own words name it. */
export type Callee = { readonly name: string; readonly chip: Chip };

/** The most particular first: a table before its database, a queue before its host. https://opentelemetry.io/docs/specs/semconv/registry/attributes/ */
const NAMES = [
  'aws.dynamodb.table_names',
  'aws.table_name',
  'aws.sqs.queue.url',
  'aws.queue_url',
  'aws.sns.topic.arn',
  'aws.topic_arn',
  'aws.s3.bucket',
  'aws.kinesis.stream_name',
  'aws.step_functions.state_machine.arn',
  'aws.secretsmanager.secret.arn',
  'messaging.destination.name',
  'messaging.destination',
  'faas.invoked_name',
  'aws.lambda.function_name',
  'aws.remote.resource.identifier',
  'db.namespace',
  'db.name',
  'peer.service',
  'server.address',
  'net.peer.name',
  'http.host',
  'url.full',
  'http.url',
  'rpc.service',
  'aws.remote.service',
  'db.system.name',
  'db.system',
] as const;

/** What receives messages for others; between it and its consumers nobody waits. */
const DESTINATIONS = [
  'aws.sqs.queue.url',
  'aws.queue_url',
  'messaging.destination.name',
  'messaging.destination',
  'aws.kinesis.stream_name',
] as const;

/** AWS's own addresses say which service and region, not which table or queue. */
const AWS_HOST = /\.amazonaws\.com(?:\.cn)?$/i;
const URL_HOST = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@?#]*@)?([^/?#:]+)/i;

export function calleeOf(span: Span): Callee {
  return { name: nameIn(span.attributes, NAMES) ?? ownWords(span), chip: chipOf(span) };
}

/** The queue, topic or stream that a message came out of, as its receiver names it. */
export function sourceOf(span: Span): Callee | undefined {
  const name = nameIn(span.attributes, DESTINATIONS);
  if (name === undefined || span.attributes['messaging.system'] === undefined) return undefined;
  // Without its resource the span is about the message and not about the function that takes it.
  const chip = chipOf({ ...span, kind: 'producer', resource: undefined, invocation: undefined });
  return { name, chip };
}

function nameIn(attributes: Attributes, names: readonly string[]): string | undefined {
  for (const attribute of names) {
    const value = attributes[attribute];
    const said = Array.isArray(value) ? value[0] : value;
    const name = typeof said === 'string' ? shortName(said) : undefined;
    if (name !== undefined) return name;
  }
  return undefined;
}

/** `orders` of a queue's address or an ARN, `api.stripe.com` of any other address. */
function shortName(said: string): string | undefined {
  const host = URL_HOST.exec(said)?.[1];
  if (host !== undefined && !AWS_HOST.test(host)) return host;
  if (AWS_HOST.test(said)) return undefined;
  const isPath = host !== undefined || said.startsWith('arn:');
  const name = isPath ? said.slice(Math.max(said.lastIndexOf(':'), said.lastIndexOf('/')) + 1) : said.replace(/^AWS::/, '');
  return name === '' ? undefined : name;
}

/** `S3` of `S3.ListBuckets`. */
const ownWords = ({ operation }: Span): string => /^([A-Z]\w+)\.\w+$/.exec(operation)?.[1] ?? operation;
