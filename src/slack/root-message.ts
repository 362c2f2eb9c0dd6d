import type { KnownBlock, MrkdwnElement } from '@slack/types';
import type { Incident, LogEntry } from '../incident/incident.ts';
import { errorText } from '../telemetry/error-text.ts';
import { between, fromSeconds, spelled } from '../units.ts';
import { capital, causeLine, confidenceWords, NOT_ENOUGH_EVIDENCE, sayable } from './cause-words.ts';
import { HEADER_CHARACTERS, TOP_LEVEL_CHARACTERS } from './limits.ts';
import { code, mention, oneLine, plain, plainEscaped, prose } from './mrkdwn.ts';
import { rootButtons } from './root-buttons.ts';
import { READERS_TIMES, type Times, UTC_TIMES } from './times.ts';

export const METADATA_TYPE = 'tracefall_incident';

export type RootMessage = {
  /** What a screen reader and a notification say: the same facts as the blocks. */
  readonly text: string;
  readonly blocks: KnownBlock[];
  /** By this an unsure post is found again. */
  readonly metadata: { readonly event_type: typeof METADATA_TYPE; readonly event_payload: { readonly id: string } };
};

/**
 * The first message of an incident's thread, and what it is edited to. Read on a phone, at night, in three seconds: what is broken and
 * where (header), the likely cause with its strongest evidence, how often and since when, who holds it. Nothing else.
 */
export function rootMessage(incident: Incident, times: Times = READERS_TIMES): RootMessage {
  return {
    text: spoken(incident),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: headline(incident), emoji: true } },
      { type: 'section', text: mrkdwn(why(incident)), expand: true },
      { type: 'section', text: mrkdwn(extent(incident, times)) },
      { type: 'context', elements: [mrkdwn(`${holder(incident, times)} · ${footer(incident)}`)] },
      rootButtons(incident),
    ],
    metadata: { event_type: METADATA_TYPE, event_payload: { id: incident.id } },
  };
}

/** `verbatim`: Slack must not make links of names and addresses that we left as text. */
const mrkdwn = (text: string): MrkdwnElement => ({ type: 'mrkdwn', text, verbatim: true });

/** The state is said in words too: a circle's colour is not everyone's. */
const SIGN = { open: '🔴', acknowledged: '🟠', resolved: '🟢' } as const;

function headline(incident: Incident): string {
  const { state, alert } = incident;
  const what = `${SIGN[state]} ${STATE_WORD[state]}${plain(alert.transaction, 70)} ${verb(incident)}`;
  return plain(`${what}${elsewhere(incident) ? ` in ${alert.hop.service}` : ''}`, HEADER_CHARACTERS);
}

const STATE_WORD = { open: '', acknowledged: '', resolved: 'Resolved: ' } as const;

function verb({ alert, state }: Incident): string {
  if (state === 'resolved') return alert.outcome === 'slow' ? 'was slow' : 'failed';
  return alert.outcome === 'slow' ? 'is slow' : 'is failing';
}

/** Whether the failure lies behind the service that people called. */
const elsewhere = ({ alert }: Incident): boolean => oneLine(alert.hop.service) !== oneLine(alert.service);

/** A quotation last: what follows one belongs to it in some clients. */
function why({ alert }: Incident): string {
  const [cause] = sayable(alert.causes);
  const said = alert.error ? errorText(alert.error) : '';
  const error = said === '' || cause?.summary.includes(said) ? '' : `\n${code(said, 300)}`;
  if (!cause) return `${NOT_ENOUGH_EVIDENCE} The waterfall is in the thread.${error}`;
  const [strongest] = cause.evidence;
  return `${causeLine(cause, 400)}${error}${strongest ? `\n> ${prose(capital(strongest), 400)}` : ''}`;
}

function extent(incident: Incident, times: Times): string {
  const { alert, count } = incident;
  const often = count === 1 ? '*Once*' : `*${count.toLocaleString('en')} transactions*`;
  const where = code(hopName(alert), 200);
  return [
    `${often} in *${prose(alert.environment, 60)}*${span(incident, times)}`,
    `${hopLabel(incident)} ${where}, ${spelled(alert.duration)} in all`,
  ].join('\n');
}

/** Within this of each other, a time of day says which day. */
const SAME_DAY = fromSeconds(12 * 3_600);

function span({ count, firstSeen, lastSeen }: Incident, times: Times): string {
  if (count === 1) return `, ${times.full(firstSeen)}`;
  const last = between(firstSeen, lastSeen) < SAME_DAY ? times.clock(lastSeen) : times.full(lastSeen);
  return ` since ${times.full(firstSeen)}, last ${last}`;
}

const hopLabel = ({ alert }: Incident): string => (alert.outcome === 'slow' ? 'Time goes to' : 'Fails at');

/** A function's own span is often named as the function is. */
const hopName = ({ hop }: Incident['alert']): string =>
  hop.operation === hop.service ? hop.service : `${hop.service} ${hop.operation}`;

const latest = (log: readonly LogEntry[], what: LogEntry['what']): LogEntry | undefined =>
  log.findLast((entry) => entry.what === what);

function holder({ state, log }: Incident, times: Times): string {
  if (state === 'open') return 'Nobody has taken it yet';
  const entry = latest(log, state);
  const word = state === 'resolved' ? '*Resolved*' : '*Acknowledged*';
  return entry ? `${word} by ${mention(person(entry.by))}, ${times.full(entry.at)}` : word;
}

const person = (by: string): string => (by === 'tracefall' ? 'Tracefall' : by);

function footer({ alert, log }: Incident): string {
  const notes = log.filter((entry) => entry.what === 'noted').length;
  const noted = notes === 0 ? '' : ` · ${notes} ${notes === 1 ? 'note' : 'notes'}`;
  return `enters at ${prose(alert.service, 80)}${noted}`;
}

function spoken(incident: Incident): string {
  const { alert, state, log } = incident;
  const [cause] = sayable(alert.causes);
  const entry = state === 'open' ? undefined : latest(log, state);
  const hop = plain(hopName(alert), 200);
  const facts = [
    `${headline(incident)}.`,
    cause ? `${confidenceWords(cause)}: ${sentence(cause.summary, 400)}` : NOT_ENOUGH_EVIDENCE,
    cause?.evidence[0] ? sentence(capital(cause.evidence[0]), 400) : '',
    alert.error ? sentence(`Error: ${errorText(alert.error)}`, 300) : '',
    `${hopLabel(incident)} ${hop}, ${spelled(alert.duration)} in all.`,
    spokenExtent(incident),
    state === 'open' ? 'Nobody has taken it yet.' : '',
    entry
      ? `${state === 'resolved' ? 'Resolved' : 'Acknowledged'} by ${plain(person(entry.by), 80)} at ${UTC_TIMES.full(entry.at)}.`
      : '',
  ];
  return plainEscaped(facts.filter((fact) => fact !== '').join(' '), TOP_LEVEL_CHARACTERS);
}

function spokenExtent({ alert, count, firstSeen, lastSeen }: Incident): string {
  const environment = plain(alert.environment, 60);
  if (count === 1) return `Once in ${environment}, ${UTC_TIMES.full(firstSeen)}.`;
  const span = `since ${UTC_TIMES.full(firstSeen)}, last ${UTC_TIMES.full(lastSeen)}`;
  return `${count.toLocaleString('en')} transactions in ${environment} ${span}.`;
}

function sentence(text: string, max: number): string {
  const said = plain(text, max);
  return /[.!?…]$/.test(said) ? said : `${said}.`;
}
