import type { KnownBlock, MrkdwnElement } from '@slack/types';
import type { Incident } from '../incident/incident.ts';
import { countSaid } from '../incident/recalled.ts';
import { errorText } from '../telemetry/error-text.ts';
import { between, fromSeconds, spelled } from '../units.ts';
import { capital, causeLine, confidenceWords, NOT_ENOUGH_EVIDENCE, sayable } from './cause-words.ts';
import { HEADER_CHARACTERS, TOP_LEVEL_CHARACTERS } from './limits.ts';
import { memoOf } from './memo.ts';
import { code, oneLine, plain, plainEscaped, prose } from './mrkdwn.ts';
import { rootButtons } from './root-buttons.ts';
import { SIGN, standing } from './standing-words.ts';
import { READERS_TIMES, type Times, UTC_TIMES } from './times.ts';

export const METADATA_TYPE = 'tracefall_incident';

export type RootMessage = {
  /** What a screen reader and a notification say: the same facts as the blocks. */
  readonly text: string;
  readonly blocks: KnownBlock[];
  /** By the id an unsure post is found again; the memo is what outlives Redis. */
  readonly metadata: {
    readonly event_type: typeof METADATA_TYPE;
    readonly event_payload: { readonly id: string; readonly memo?: string };
  };
};

/**
 * The first message of an incident's thread, and what it is edited to. Read on a phone, at night, in three seconds: what is broken and
 * where (header), the likely cause with its strongest evidence, how often and since when, who holds it. Nothing else.
 */
export function rootMessage(incident: Incident, times: Times = READERS_TIMES): RootMessage {
  const memo = memoOf(incident);
  return {
    text: spoken(incident),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: headline(incident), emoji: true } },
      { type: 'section', text: mrkdwn(why(incident)), expand: true },
      { type: 'section', text: mrkdwn(extent(incident, times)) },
      { type: 'context', elements: [mrkdwn(`${standing(incident, times)} · ${footer(incident)}`)] },
      rootButtons(incident),
    ],
    metadata: { event_type: METADATA_TYPE, event_payload: { id: incident.id, ...(memo !== undefined && { memo }) } },
  };
}

/** `verbatim`: Slack must not make links of names and addresses that we left as text. */
const mrkdwn = (text: string): MrkdwnElement => ({ type: 'mrkdwn', text, verbatim: true });

function headline(incident: Incident): string {
  const { life, alert } = incident;
  const what = `${SIGN[life.state]} ${stateWord(incident)}${plain(alert.transaction, 70)} ${verb(incident)}`;
  return plain(`${what}${elsewhere(incident) ? ` in ${alert.hop.service}` : ''}`, HEADER_CHARACTERS);
}

const stateWord = ({ life }: Incident): string => (life.state === 'resolved' ? 'Resolved: ' : '');

function verb({ alert, life }: Incident): string {
  if (life.state === 'resolved' || life.state === 'merged') return alert.outcome === 'slow' ? 'was slow' : 'failed';
  return alert.outcome === 'slow' ? 'is slow' : 'is failing';
}

/** Whether the failure lies behind the service that people called. */
const elsewhere = ({ alert }: Incident): boolean => oneLine(alert.hop.service) !== oneLine(alert.service);

/** A quotation last: what follows one belongs to it in some clients. */
function why(incident: Incident): string {
  const { alert } = incident;
  const [cause] = sayable(alert.causes);
  const said = alert.error ? errorText(alert.error) : '';
  const error = said === '' || cause?.summary.includes(said) ? '' : `\n${code(said, 300)}`;
  const blamed = cause ? causeLine(cause, 400) : `${NOT_ENOUGH_EVIDENCE} The waterfall is in the thread.`;
  return `${blamed}${error}${factsOf(incident)
    .map((fact) => `\n> ${prose(capital(fact), 400)}`)
    .join('')}`;
}

/** The strongest of the cause, and what the incident's transactions have in common. */
function factsOf({ alert, contrast }: Incident): readonly string[] {
  const [cause] = sayable(alert.causes);
  return [...(cause?.evidence.slice(0, 1) ?? []), ...contrast];
}

function extent(incident: Incident, times: Times): string {
  const { alert, count } = incident;
  const often = count === 1 ? `*${counted(incident)}*` : `*${counted(incident)}*${rate(incident)}`;
  const where = code(hopName(alert), 200);
  return [
    `${often} in *${prose(alert.environment, 60)}*${span(incident, times)}`,
    `${hopLabel(incident)} ${where}, ${spelled(alert.duration)} in all`,
  ].join('\n');
}

function counted(incident: Incident): string {
  if (incident.count === 1) return incident.recalled === undefined ? 'Once' : 'At least once';
  return capital(`${countSaid(incident)} transactions`);
}

const MINUTE = fromSeconds(60);

/** Nothing said of what came at once: a rate needs a stretch of time. */
function rate({ count, firstSeen, lastSeen }: Incident): string {
  const lasted = between(firstSeen, lastSeen);
  if (lasted < MINUTE) return '';
  const perMinute = count / (lasted / MINUTE);
  if (perMinute >= 1) return `, ${Number(perMinute.toPrecision(2)).toLocaleString('en')} a minute,`;
  return `, ${Number((perMinute * 60).toPrecision(2)).toLocaleString('en')} an hour,`;
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

/** `checkout-api · version 1.4.2 · owned by payments · 2 notes` */
function footer({ alert, newest: { version }, log }: Incident): string {
  const notes = log.filter((entry) => entry.what === 'noted').length;
  return [
    `enters at ${prose(alert.service, 80)}`,
    ...(version === undefined ? [] : [`version ${code(version, 60)}`]),
    ...(alert.owner === undefined ? [] : [`owned by ${prose(alert.owner, 60)}`]),
    ...(notes === 0 ? [] : [`${notes} ${notes === 1 ? 'note' : 'notes'}`]),
  ].join(' · ');
}

function spoken(incident: Incident): string {
  const { alert } = incident;
  const [cause] = sayable(alert.causes);
  const hop = plain(hopName(alert), 200);
  const facts = [
    `${headline(incident)}.`,
    cause ? `${confidenceWords(cause)}: ${sentence(cause.summary, 400)}` : NOT_ENOUGH_EVIDENCE,
    ...factsOf(incident).map((fact) => sentence(capital(fact), 400)),
    alert.error ? sentence(`Error: ${errorText(alert.error)}`, 300) : '',
    `${hopLabel(incident)} ${hop}, ${spelled(alert.duration)} in all.`,
    spokenExtent(incident),
  ];
  const said = `${standing(incident, UTC_TIMES)}.`;
  return `${plainEscaped(facts.filter((fact) => fact !== '').join(' '), TOP_LEVEL_CHARACTERS - said.length - 1)} ${said}`;
}

function spokenExtent(incident: Incident): string {
  const { alert, count, firstSeen, lastSeen } = incident;
  const environment = plain(alert.environment, 60);
  if (count === 1) return `${counted(incident)} in ${environment}, ${UTC_TIMES.full(firstSeen)}.`;
  const span = `since ${UTC_TIMES.full(firstSeen)}, last ${UTC_TIMES.full(lastSeen)}`;
  return `${counted(incident)} in ${environment} ${span}.`;
}

function sentence(text: string, max: number): string {
  const said = plain(text, max);
  return /[.!?…]$/.test(said) ? said : `${said}.`;
}
