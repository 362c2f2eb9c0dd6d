import type { Incident } from '../incident/incident.ts';
import type { LogEntry } from '../incident/life.ts';
import { countSaid } from '../incident/recalled.ts';
import { trendDrawn } from '../map/trend/trend-drawn.ts';
import type { Reply, Told, ToldTransaction } from '../ports.ts';
import { errorText } from '../telemetry/error-text.ts';
import { xrayTraceId } from '../telemetry/ids.ts';
import { spelled } from '../units.ts';
import type { Telling } from '../waterfall/telling.ts';
import type { Question } from '../work.ts';
import { causeLine, sayable } from './cause-words.ts';
import { mapInWords, noMapMessage } from './map-message.ts';
import { code, codeBlock, mention, prose } from './mrkdwn.ts';
import { causeParagraphs, warnings, withLog } from './thread-comment.ts';
import { threadLink } from './thread-link.ts';
import { READERS_TIMES, type Times } from './times.ts';

/** The newest ones; the rest are counted. These leave room for the causes. */
const NOTES = 4;
const NOTE_CHARACTERS = 250;

/** What `/trace <id>` answers, in mrkdwn made safe. */
export function answerMessage({ telling, incident, awsCalls }: ToldTransaction, times: Times = READERS_TIMES): string {
  const { outcome, causes } = telling;
  const found = [
    title(telling, times),
    ...(outcome === 'failed' ? [failing(telling)] : []),
    ...(outcome === 'ok' ? [] : causeParagraphs(causes)),
  ];
  return withLog(found, telling, [
    warnings(telling),
    ...(incident ? belonging(incident, times) : []),
    ...(awsCalls === undefined ? [] : [`_Nobody had sent it to me: found in AWS with ${awsCalls} calls._`]),
    code(xrayTraceId(telling.id)),
  ]);
}

const SAID: Readonly<Record<Telling['outcome'], string>> = { failed: '🔴 *Failed*', slow: '🟠 *Slow*', ok: '🟢 *Succeeded*' };

function title({ outcome, duration, name, environment, start, slower }: Telling, times: Times): string {
  const took = `*${spelled(duration)}*${slower ? ` (${slower})` : ''}`;
  return `${SAID[outcome]} after ${took}: ${code(name, 150)} in ${prose(environment, 60)}, ${times.full(start)}`;
}

function failing({ failing: deepest }: Telling): string {
  if (!deepest) return '';
  const error = deepest.error ? `: ${code(errorText(deepest.error), 300)}` : '';
  return `Fails at ${code(deepest.operation === deepest.service ? deepest.service : `${deepest.service} ${deepest.operation}`, 200)}${error}`;
}

/** In at most four lines: how it ended, where, and the likeliest cause. */
export function summary({ telling }: ToldTransaction, times: Times): string {
  const [cause] = telling.outcome === 'ok' ? [] : sayable(telling.causes);
  const lines = [title(telling, times), telling.outcome === 'failed' ? failing(telling) : '', cause ? causeLine(cause, 400) : ''];
  return lines.filter((line) => line !== '').join('\n');
}

/** Its incident, where it has one, and how to ask for it. */
export const whereItBelongs = ({ telling, incident }: ToldTransaction): string =>
  [...(incident ? [partOf(incident)] : []), code(`/trace ${xrayTraceId(telling.id)}`)].join(' ');

/** `One of 30 transactions of an incident, which is snoozed: open its thread.` */
function partOf(incident: Incident): string {
  const { count, recalled, life, thread } = incident;
  const isOnly = count === 1 && recalled === undefined;
  const share = isOnly ? 'The only transaction' : `One of ${countSaid(incident)} ${count === 1 ? 'transaction' : 'transactions'}`;
  const place = thread ? `: ${threadLink(thread.channel, thread.ts)}` : '';
  return `${share} of an incident, which is ${life.state}${place}.`;
}

function belonging(incident: Incident, times: Times): readonly string[] {
  const { log } = incident;
  const notes = log.filter((entry) => entry.what === 'noted');
  const older = notes.length - NOTES;
  return [
    partOf(incident),
    ...(older > 0 ? [`_${older} older ${older === 1 ? 'note' : 'notes'} not shown_`] : []),
    ...notes.slice(-NOTES).map((entry) => note(entry, times)),
  ];
}

const note = ({ by, at, text }: LogEntry, times: Times): string =>
  `📝 ${mention(by)}, ${times.full(at)}: ${prose(text ?? '', NOTE_CHARACTERS)}`;

/** The picture could not be shown where it was asked for: the same in characters. */
export function inWordsMessage({ told, why }: Extract<Reply, { kind: 'in-words' }>, times: Times = READERS_TIMES): string {
  const shown = shownInWords(told, times);
  return `${shown}
The picture could not be shown here: ${HELP[why] ?? code(why, 80)}.`;
}

function shownInWords(told: Told, times: Times): string {
  if ('map' in told) return mapInWords(told.map);
  if ('documents' in told) return '*The incident as files*';
  return 'trend' in told ? codeBlock(trendDrawn(told.trend), DRAWING_CHARACTERS) : transactionInWords(told, times);
}

const transactionInWords = (told: ToldTransaction, times: Times): string =>
  `${answerMessage(told, times)}\n${codeBlock(told.telling.drawing, DRAWING_CHARACTERS)}`;

const DRAWING_CHARACTERS = 4_000;

/** What a person can do about Slack's refusals. https://docs.slack.dev/reference/methods/files.completeUploadExternal#errors */
const HELP: Readonly<Record<string, string>> = {
  not_in_channel: 'I am not in this channel. `/invite @Tracefall` brings me in',
  channel_not_found: 'I cannot see this conversation. `/invite @Tracefall` brings me into a channel',
  is_archived: 'this channel is archived',
  missing_scope: 'I may not upload files here; whoever installed me can grant `files:write`',
  file_uploads_disabled: 'uploads are switched off in this workspace',
  storage_limit_reached: "the workspace's storage is full",
};

/** Nothing known of that id: what was looked for, where, and what to try. */
export function notFoundMessage(asked: Question, searched?: string): string {
  if (asked.kind === 'map') return noMapMessage(asked);
  if (asked.kind === 'about') return 'I no longer know this incident, or its transaction: it is older than what I keep.';
  if (asked.kind === 'last')
    return `No incident with ${code(asked.name)} in its services, operations, error, causes or notes ${asked.outcome === 'slow' ? 'was slow' : 'failed'} lately. \`/trace incidents\` lists those that are open.`;
  return [
    `I know nothing of ${sought(asked)}.`,
    'I looked through all spans, invocations and logs that were sent to me and that I still keep.',
    ...(searched === undefined ? [] : [`${prose(searched, 300)}.`]),
    `It may be too old, not sampled, or from a system that does not send to me. If it just happened, try again in a minute, or try ${asked.kind === 'trace' ? 'the Lambda request id' : 'the trace id'}.`,
  ].join('\n');
}

const sought = (asked: Question): string => {
  if (asked.kind === 'trace') return `trace ${code(xrayTraceId(asked.traceId))}`;
  return 'requestId' in asked ? `the id ${code(asked.requestId)}` : 'that';
};

export function traceHelp(): string {
  return [
    '*What a transaction did, where it failed and why*',
    '• `/trace 1-5759e988-bd862e3fe1be46a994272793`: by a trace id of X-Ray, the W3C or OpenTelemetry',
    '• … or the id of a Lambda request, an SQS or SNS message, an EventBridge event, an API Gateway request, or the ARN of a Step Functions execution',
    '• … or a console address or a log line that contains one of these',
    '• `/trace last failed checkout`, `/trace last slow checkout`: the newest one of an incident',
    '*What called what*',
    '• `/trace map`: in the last 15 minutes; `/trace map checkout-fn`: around one service; `/trace map` and a trace id: in one transaction',
    '*Incidents*',
    '• `/trace incidents`: those that are open; `/trace search declined`: by service, operation, error, cause or note',
    '• `/trace mute`, `/trace unmute`, `/trace export` and the id that these lists show: no new thread for that failure; its files for the post-mortem',
    '*In a thread*',
    '• 👀 on its first message acknowledges, ✅ resolves, 📌 on a reply keeps it as a note, and so does a reply that begins with `note:`',
  ].join('\n');
}
