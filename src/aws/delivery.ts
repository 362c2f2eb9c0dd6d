import { isCloudwatchPayload, payloadIn, readCloudwatchPayload, unread } from '../telemetry/cloudwatch-payload.ts';
import { isEventBridge, readEventBridge } from '../telemetry/eventbridge.ts';
import { QUIET, rejected } from '../telemetry/parsed.ts';
import type { Parsed } from '../telemetry/record.ts';
import { type Fields, text } from '../telemetry/shape.ts';
import { found } from '../telemetry/text.ts';

/** Ids of the AWS accounts whose telemetry is taken; undefined: whoever holds the door's key may send for any. */
export type Accounts = ReadonlySet<string> | undefined;

/**
 * What AWS pushes: a payload of a CloudWatch Logs subscription, packed or not, or an event of EventBridge. Never throws: what cannot be
 * read, and what comes from a foreign account, is a reject with its reason; asking AWS to send it again would not make it better.
 */
export function readDelivery(value: unknown, accounts: Accounts, where: string): Parsed {
  if (isCloudwatchPayload(value)) return readLogs(value, accounts, where);
  if (!isEventBridge(value))
    return rejected(`${found(value)} (expected a CloudWatch Logs payload or an EventBridge event)`, where, 'unknown-format');
  return foreign(value['account'], accounts, where) ?? known(readEventBridge(value), where);
}

/** A rule that somebody made wider than ours sends what we have no use for: counted by its name, not kept. */
function known(parsed: Parsed, where: string): Parsed {
  const unknown = parsed.records.find((record) => record.kind === 'event' && record.what === 'unknown');
  if (unknown?.kind !== 'event') return parsed;
  return rejected(`unknown event ${unknown.source}: ${unknown.detailType}`, where, 'unknown-event');
}

function readLogs(value: Fields, accounts: Accounts, where: string): Parsed {
  const read = payloadIn(value);
  if ('why' in read) return unread(read, where);
  const { payload } = read;
  // Sent by CloudWatch Logs itself (`owner: "CloudwatchLogs"`) to try the subscription, and empty.
  if (payload['messageType'] === 'CONTROL_MESSAGE') return QUIET;
  return foreign(payload['owner'], accounts, where) ?? readCloudwatchPayload(payload, where);
}

function foreign(account: unknown, accounts: Accounts, where: string): Parsed | undefined {
  if (!accounts || accounts.has(text(account) ?? '')) return undefined;
  return rejected(`foreign account ${found(account)} (expected one of TRACEFALL_ACCOUNTS)`, where, 'foreign-account');
}
