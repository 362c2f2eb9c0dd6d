import { readJson } from './json.ts';
import type { Attributes, AttributeValue } from './record.ts';
import { fields, list, text } from './shape.ts';

/** Where a function's answer to its batch is written; Lambda's own word is `batchItemFailures`. */
const BATCH_FAILURES = [
  'aws.lambda.batch_item_failures',
  'faas.batch_item_failures',
  'messaging.batch.failed_message_ids',
  'aws.sqs.batch_item_failures',
  'batch_item_failures',
  'batchItemFailures',
] as const;

/**
 * Ids of the records that a function reports as failed, although it returned; none where the batch went well.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
export function batchFailures(attributes: Attributes): readonly string[] {
  const found: string[] = [];
  for (const name of BATCH_FAILURES) {
    const value = attributes[name];
    if (value !== undefined) found.push(...idsIn(value));
  }
  return found;
}

/** A list of ids, or Lambda's answer or the list in it as JSON; other text is an id itself. */
function idsIn(value: AttributeValue): readonly string[] {
  if (typeof value === 'object') return value.flatMap(idsIn);
  if (typeof value !== 'string' || value === '') return [];
  const read = readJson(value)?.value;
  if (read === undefined || typeof read === 'number') return [value];
  const items = Array.isArray(read) ? read : list(fields(read)['batchItemFailures'] ?? [read]);
  return items.flatMap((item) => text(item) ?? text(fields(item)['itemIdentifier']) ?? []);
}
