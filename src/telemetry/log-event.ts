import type { Micros } from '../units.ts';
import { isAwsSpan, readAwsSpan } from './aws-spans.ts';
import { isEventBridge, readEventBridge } from './eventbridge.ts';
import { jsonFields } from './json.ts';
import { lambdaLine } from './lambda-lines.ts';
import { parsedOne, rejected } from './parsed.ts';
import type { Parsed } from './record.ts';
import { text } from './shape.ts';
import { found } from './text.ts';

/** What the place of a log event tells of it. */
export type LogSource = { readonly function: string | undefined; readonly spansOnly: boolean };

const SPANS_GROUP = 'aws/spans';
const FUNCTION_GROUP = /^\/aws\/lambda\/(?:[\w-]+\.)?([\w-]{1,140})$/;
/** `2026/09/12/orders[$LATEST]a1b2…`: how streams are named in a log group that several functions share. */
const FUNCTION_STREAM = /^\d{4}\/\d{2}\/\d{2}\/([\w-]{1,140})\[[^\]]{1,128}\]/;

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html */
export function logSource(group: string | undefined, stream: string | undefined): LogSource {
  const named = FUNCTION_GROUP.exec(group ?? '')?.[1] ?? FUNCTION_STREAM.exec(stream ?? '')?.[1];
  return { function: named, spansOnly: group === SPANS_GROUP };
}

/** One event of CloudWatch Logs, however it reached us: a span of `aws/spans`, a line of the Lambda platform, of a function, of anything. */
export function readLogEvent(said: unknown, at: Micros | undefined, source: LogSource, where: string): Parsed {
  const message = text(said);
  if (message === undefined) return rejected(`log event with ${found(said)} as message (expected text)`, where);
  // Cheap refusal first: most lines are no spans.
  const json = message.includes('"startTimeUnixNano"') ? jsonFields(message) : undefined;
  if (isAwsSpan(json)) return readAwsSpan(json, where);
  if (source.spansOnly) return rejected(`${found(message)} in aws/spans (expected a span as JSON)`, where);
  // A rule of EventBridge may have a log group as its target.
  const event = message.includes('"detail-type"') ? jsonFields(message) : undefined;
  if (isEventBridge(event)) return readEventBridge(event);
  return parsedOne(lambdaLine(message, { function: source.function, at }), where);
}
