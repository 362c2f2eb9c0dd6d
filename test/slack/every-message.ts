import fc from 'fast-check';
import type { Incident } from '../../src/incident/incident.ts';
import { mostFrequent, type Storm } from '../../src/incident/storm.ts';
import type { Trouble } from '../../src/incident/trouble.ts';
import { SOURCES } from '../../src/ledger.ts';
import type { Reply, Told, ToldTransaction } from '../../src/ports.ts';
import { traceHelp } from '../../src/slack/answer-message.ts';
import { besidePicture, titles } from '../../src/slack/attached.ts';
import { changeNote } from '../../src/slack/change-notes.ts';
import { replyWords } from '../../src/slack/chat.ts';
import { entryMessage } from '../../src/slack/entry-message.ts';
import { homeView } from '../../src/slack/home.ts';
import { FORMS, inputModal } from '../../src/slack/input-modal.ts';
import { FILE_TITLE_CHARACTERS } from '../../src/slack/limits.ts';
import { plain } from '../../src/slack/mrkdwn.ts';
import { rootMessage } from '../../src/slack/root-message.ts';
import { overMessage, stormMessage } from '../../src/slack/storm-message.ts';
import { READERS_TIMES } from '../../src/slack/times.ts';
import { troubleMessage } from '../../src/slack/trouble-message.ts';
import { unfurls } from '../../src/slack/unfurls.ts';
import { micros, NO_TIME } from '../../src/units.ts';
import { tellingOf } from '../../src/waterfall/telling.ts';
import { sceneOf } from '../map/maps.ts';
import { responseViolations, violations } from '../world/slack-validator.ts';
import { anyIncident, anyText } from './hostile-incidents.ts';
import { NOON, secondsOn, transaction } from './samples.ts';

/** What one hostile world has to tell: its incidents, and names for whatever else there is. */
export type Hostile = { readonly incidents: readonly [Incident, ...Incident[]]; readonly names: readonly string[] };

export const anyHostile: fc.Arbitrary<Hostile> = fc.record({
  incidents: fc.tuple(anyIncident, anyIncident, anyIncident),
  names: fc.array(anyText, { minLength: 6, maxLength: 6 }),
});

const CHANNEL = 'C0INCIDENTS';
const TS = '1795356128.000200';
const POSTED = { channel: CHANNEL, unfurl_links: false, unfurl_media: false, parse: 'none' };

/** Every message that the bot can send of it, as the call that sends it. */
export function everyMessage({ incidents, names }: Hostile): readonly (readonly [method: string, args: object])[] {
  const [incident] = incidents;
  const shown = tolds(incident, names);
  const storm: Storm = {
    ...{ id: 'f00d', began: NOON, last: secondsOn(90), thread: undefined, shown: undefined },
    ...{ over: false, kinds: 5_000, transactions: 12_345, top: mostFrequent(incidents) },
  };
  const entries = incident.log.flatMap((_, index) => entryMessage(incident, index, READERS_TIMES) ?? []);
  const replies = [...entries, overMessage({ ...storm, over: true })];
  return [
    ['chat.postMessage', { ...POSTED, ...rootMessage(incident) }],
    ['chat.update', { channel: CHANNEL, ts: TS, parse: 'none', ...rootMessage(incident) }],
    ['chat.postMessage', { ...POSTED, ...stormMessage(storm, READERS_TIMES) }],
    ...troubles(names).map((trouble) => ['chat.postMessage', { ...POSTED, ...troubleMessage(trouble, READERS_TIMES) }] as const),
    ...replies.map((reply) => ['chat.postMessage', { ...POSTED, thread_ts: TS, ...reply }] as const),
    ...shown.map((told) => ['files.completeUploadExternal', sharing(told)] as const),
    ['chat.unfurl', { channel: CHANNEL, ts: TS, unfurls: unfurls(links(shown), READERS_TIMES) }],
    ...[sceneOf([[names[0] ?? '', `${names[1]}!`, 7, 5, 3]]), undefined].map(
      (map) =>
        ['views.publish', { user_id: 'U0MAYA', view: homeView({ user: 'U0MAYA', incidents, map }, READERS_TIMES) }] as const,
    ),
    ...FORMS.map((form) => ['views.open', { trigger_id: '1.2', view: inputModal(form, subjectOf(incident), 'U0MAYA') }] as const),
    ...privately({ incidents, names }, shown).map((text) => ['response_url', { text }] as const),
  ];
}

/** Reasons are quoted; queues are ours, also one that a newer version has. */
const troubles = ([queue = '', why = '']: readonly string[]): readonly Trouble[] => {
  const givenUp = { kind: 'given-up' as const, count: 1_234, why, last: NOON };
  const memory = { kind: 'short-of-memory' as const, usedPercent: 91, shed: 1_234 };
  const silent = { kind: 'silent' as const, from: NOON, usual: NO_TIME, patience: NO_TIME, refused: 'bad-token' as const };
  const whats = [
    ...[queue, 'examine'].map((each) => ({ ...givenUp, queue: each })),
    ...[true, false].map((sheds) => ({ ...memory, sheds })),
    ...SOURCES.flatMap((source) => [undefined, micros(NOON + 1_000_000_000)].map((to) => ({ ...silent, source, to }))),
  ];
  const message = { id: 'f00d', thread: undefined, shown: undefined };
  const states = ['lasts', 'continued', 'over'] as const;
  return whats.flatMap((what) => states.map((state) => ({ ...message, what, state })));
};

const subjectOf = ({ id }: Incident) => ({ incident: id, channel: CHANNEL, thread: TS });
const sharing = (told: Told) => ({
  files: titles(told).map((title, index) => ({ id: `F${index}`, title: plain(title, FILE_TITLE_CHARACTERS) || 'x' })),
  ...{ channel_id: CHANNEL, thread_ts: TS, initial_comment: besidePicture(told, READERS_TIMES) },
});

const isTransaction = (told: Told): told is ToldTransaction => 'telling' in told;
const links = (shown: readonly Told[]) =>
  shown
    .filter(isTransaction)
    .slice(0, 3)
    .map((told, index) => ({ url: `https://console.aws.amazon.com/${index}`, told }));

/** Spans and logs of these names, read and assembled as any others. */
function tolds(incident: Incident, names: readonly string[]): readonly Told[] {
  const [service = '', operation = '', message = '', body = ''] = names;
  const base = transaction();
  const spans = base.spans.map((span) => ({
    ...{ ...span, service, operation, error: { type: operation, message } },
    attributes: { 'exception.stacktrace': `E\n    at ${body} (${message})` },
  }));
  const logs = names.map((each, index) => ({
    ...{ kind: 'log' as const, traceId: base.id, spanId: undefined, requestId: undefined, service, at: secondsOn(index) },
    ...{ severity: 'error' as const, body: each },
  }));
  const named = { ...base, spans, logs, name: operation, environment: message };
  const outcomes = ['failed', 'slow'] as const;
  const tellings = outcomes.map((outcome) =>
    tellingOf({ transaction: named, outcome, causes: incident.alert.causes, usual: undefined }),
  );
  return [
    ...tellings.map((telling) => ({ telling, incident, askedBy: undefined })),
    ...tellings.map((telling) => ({ telling, incident, askedBy: 'U0MAYA', awsCalls: 3 })),
    { map: sceneOf([[service, `${operation}!`, 7, 5, 3]]), askedBy: 'U0MAYA' },
    { exported: incident, documents: [{ name: 'incident.md', text: '# x' }] },
  ];
}

function privately({ incidents, names }: Hostile, shown: readonly Told[]): readonly string[] {
  const [incident] = incidents;
  const [name = ''] = names;
  const replies: readonly Reply[] = [
    ...shown.slice(-3).map((told): Reply => ({ kind: 'in-words', told, why: 'not_in_channel' })),
    { kind: 'open', incidents },
    { kind: 'found', words: incidents[0]?.alert.transaction ?? '', among: 500, incidents },
    { kind: 'found', words: incidents[0]?.alert.transaction ?? '', among: 1, incidents: [] },
    { kind: 'similar', similar: incidents.map((each) => ({ incident: each, likeness: 0.7 })) },
    { kind: 'not-found', question: { kind: 'request', requestId: name }, searched: name },
    { kind: 'not-found', question: { kind: 'last', name } },
    { kind: 'not-found', question: { kind: 'map', service: name } },
    { kind: 'not-found', question: { kind: 'about', what: 'export', incidentId: incident.id } },
  ];
  const note = changeNote({ kind: 'refused', incident }, 'U0MAYA', READERS_TIMES);
  return [...replies.map((reply) => replyWords(reply, READERS_TIMES)), traceHelp(), ...(note === undefined ? [] : [note])];
}

/** What Slack would say no to, or we promised not to do. */
export const messageViolations = (method: string, args: object): readonly string[] =>
  method === 'response_url'
    ? responseViolations({ response_type: 'ephemeral', replace_original: false, ...args })
    : violations(method, { ...args });
