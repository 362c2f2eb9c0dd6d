/**
 * The hooks that the instrumentations document for what they leave out: ids of messages, records and items, by the names of
 * OpenTelemetry's semantic conventions where it has one.
 */

/** Before a call: the key of the item that is written. */
exports.requestIds = (span, { request }) => {
  if (request.commandName !== 'PutItem') return;
  const { id } = request.commandInput.Item;
  span.setAttribute('aws.dynamodb.key', JSON.stringify({ id }));
};

/** After a call: what the service named the message, the event or the record. */
exports.responseIds = (span, { response: { request, data } }) => {
  if (request.commandName === 'Publish') span.setAttribute('messaging.message.id', data.MessageId);
  if (request.commandName === 'PutEvents') span.setAttribute('messaging.message.id', data.Entries[0].EventId);
  if (request.commandName === 'PutRecord') span.setAttribute('messaging.message.id', `${data.ShardId}:${data.SequenceNumber}`);
};

/** What the function was given; SQS is the only source that the instrumentation itself reads. */
exports.invocationIds = (span, { event }) => {
  if (event['detail-type'] !== undefined) span.setAttribute('cloudevents.event_id', event.id);
  const records = event.Records ?? [];
  if (records[0]?.eventSource === 'aws:kinesis') {
    span.setAttribute(
      'messaging.message.id',
      records.map(({ eventID }) => eventID),
    );
  }
  if (records[0]?.eventSource === 'aws:dynamodb') {
    span.setAttribute('aws.dynamodb.table_names', [records[0].eventSourceARN.split('/')[1]]);
    span.setAttribute(
      'aws.dynamodb.keys',
      records.map(({ dynamodb }) => JSON.stringify(dynamodb.Keys)),
    );
  }
  const inside = records.map(({ body }) => snsIdIn(body)).filter((id) => id !== undefined);
  if (inside.length > 0) span.setAttribute('aws.sns.message_ids', inside);
};

/** What it answered of its batch. */
exports.outcomeIds = (span, { res }) => {
  const failures = res?.batchItemFailures ?? [];
  if (failures.length > 0)
    span.setAttribute(
      'aws.lambda.batch_item_failures',
      failures.map(({ itemIdentifier }) => itemIdentifier),
    );
};

/** A queue that is subscribed without raw delivery holds SNS's envelope. */
function snsIdIn(body = '') {
  return body.startsWith('{"Type":"Notification"') ? JSON.parse(body).MessageId : undefined;
}
