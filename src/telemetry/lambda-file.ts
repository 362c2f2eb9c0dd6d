import { earlier, later, type Micros, NO_TIME } from '../units.ts';
import { lambdaLine } from './lambda-lines.ts';
import { recordsOnly } from './parsed.ts';
import type { InvocationRecord, LogRecord, Parsed } from './record.ts';
import { isoTime } from './time.ts';

/** How a message of a Lambda log begins; a line that begins otherwise (a stack trace) belongs to the message before it. */
const HEAD =
  /^(?:(?:START|END|REPORT) RequestId: |INIT_START |INIT_REPORT |EXTENSION\t|TELEMETRY\t|LOGS\t|RequestId: [\w-]{8,64} |\[[A-Z]{4,8}\]\s|\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2})/;

export const beginsMessage = (line: string): boolean => HEAD.test(line);

type Said = InvocationRecord | LogRecord;

/** Reads the messages of one text file; order does not matter. Nothing in them names the function. */
export function readMessages(messages: readonly string[]): Parsed {
  const said = messages.map(message).filter((record) => record !== undefined);
  return { ...recordsOnly(dated(said)), quiet: messages.length - said.length };
}

/** `2023-12-05T22:14:43.877000+00:00 2023/12/05/[$LATEST]e34e… REPORT RequestId: …`, as `aws logs tail` prints it. */
const TAIL = /^(\d{4}-\d{2}-\d{2}T\S{8,24}) (?:(\d{4}\/\d{2}\/\d{2}\/\S{1,256}) )?/;

function message(text: string): Said | undefined {
  const [prefix = '', time, stream] = TAIL.exec(text) ?? [];
  const rest = text.slice(prefix.length);
  const isTail = prefix !== '' && (stream !== undefined || beginsMessage(rest) || rest.startsWith('{'));
  return lambdaLine(isTail ? rest : text, { function: undefined, at: isTail ? isoTime(time) : undefined });
}

/** START and REPORT lines bear no time of their own: other lines that name the same request tell it. */
function dated(records: readonly Said[]): readonly Said[] {
  const times = new Map<string, readonly [first: Micros, last: Micros]>();
  for (const { requestId, at } of records) {
    if (requestId === undefined || at === NO_TIME) continue;
    const [first, last] = times.get(requestId) ?? [at, at];
    times.set(requestId, [earlier(first, at), later(last, at)]);
  }
  return records.map((record) => {
    const [first, last] = times.get(record.requestId ?? '') ?? [NO_TIME, NO_TIME];
    if (record.at !== NO_TIME) return record;
    return { ...record, at: record.kind === 'invocation' && record.phase === 'report' ? last : first };
  });
}
