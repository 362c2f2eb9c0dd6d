import type { Incident } from '../incident/incident.ts';
import { type LogEntry, type SnoozeEnd, TRACEFALL } from '../incident/life.ts';
import { micros, spelled } from '../units.ts';
import { code, mention, prose } from './mrkdwn.ts';
import type { Times } from './times.ts';

/** The state is said in words too: a circle's colour is not everyone's. */
export const SIGN = { open: '🔴', acknowledged: '🟠', snoozed: '💤', flapping: '🔁', resolved: '🟢', merged: '↪️' } as const;

/** Slack writes a mention as the person's name, also in a notification and to a screen reader. */
const person = (by: string): string => (by === TRACEFALL ? 'Tracefall' : mention(by));

/** Where it stands and who holds it: `Acknowledged by @maya, 14:03`. */
export function standing({ life }: Pick<Incident, 'life'>, times: Times): string {
  const holder = 'by' in life ? life.by : undefined;
  const assigned = life.assignee === undefined || life.assignee === holder ? '' : `, assigned to ${person(life.assignee)}`;
  switch (life.state) {
    case 'open':
      return life.assignee === undefined ? 'Nobody has taken it yet' : `Assigned to ${person(life.assignee)}`;
    case 'acknowledged':
      return `Acknowledged by ${person(life.by)}, ${times.full(life.at)}${assigned}`;
    case 'snoozed':
      return `Snoozed by ${person(life.by)} until ${endWords(life.until, times)}${assigned}`;
    case 'flapping':
      return `Flapping: opened and closed ${life.times} times${assigned}`;
    case 'resolved':
      return `Resolved by ${person(life.by)}, ${times.full(life.at)}`;
    case 'merged':
      return 'Part of another incident: its transaction turned out to fail elsewhere';
  }
}

const endWords = (until: SnoozeEnd, times: Times): string =>
  until.kind === 'time' ? times.full(until.at) : 'the next deployment';

const inVersion = (version: string): string => (version === '' ? '' : ` in version ${code(version, 80)}`);

/** One change as the thread tells it. */
export function entryWords(entry: LogEntry, times: Times): string {
  const { what, by, text = '' } = entry;
  switch (what) {
    case 'opened':
      return 'Opened';
    case 'acknowledged':
      return `👀 ${person(by)} acknowledged this`;
    case 'noted':
      return `📝 ${person(by)}: ${prose(text, 2_500)}`;
    case 'resolved':
      return by === TRACEFALL
        ? `✅ Resolved by itself: no failure for ${spelled(micros(Number(text)))}, and healthy transactions meanwhile`
        : `✅ ${person(by)} resolved this`;
    case 'snoozed':
      return `💤 ${person(by)} snoozed this until ${text === 'deployment' ? 'the next deployment' : times.full(micros(Number(text)))}`;
    case 'woken':
      return text === '' ? '⏰ The snooze is over, and it is open again' : `⏰ It still fails${inVersion(text)}`;
    case 'assigned':
      return by === text ? `👤 ${person(by)} took this` : `👤 ${person(by)} assigned this to ${person(text)}`;
    case 'reopened':
      return by === TRACEFALL ? `🔴 It fails again${inVersion(text)}: reopened` : `🔴 ${person(by)} reopened this`;
    case 'flapping':
      return `🔁 It opens and closes again and again: ${prose(text, 10)} times within half an hour. I say no more until it rests`;
    case 'merged':
      return '↪️ Later spans show that this failure is another incident’s, where it is counted now';
    case 'recalled':
      return 'What was told until then stands in the thread';
  }
}
