import type { Incident } from './incident/incident.ts';
import type { Deed } from './incident/life.ts';
import { snoozeEnd } from './incident/snooze.ts';
import type { Changed, World } from './ports.ts';
import type { Redactor } from './redaction/redact.ts';
import type { People } from './slack/people.ts';
import { between, toMillis } from './units.ts';

/** Slash commands besides `/trace`, by name. */
export type Commands = Readonly<Record<string, (text: string, user: string) => Promise<string>>>;

/** Enough for every list that people see. */
const LISTED = 200;

/** A note is written down for good. */
const redacted = (deed: Deed, redact: Pick<Redactor, 'text'>): Deed =>
  deed.kind === 'note' ? { ...deed, text: redact.text(deed.text) } : deed;

/** Slack repeats an event of which it has not heard in time. */
const isKept = ({ log }: Incident, { message }: Deed): boolean =>
  message !== undefined && log.some((entry) => entry.message === message);

/** What follows when people press, write and ask, whichever way it came in: the bot and the function of AWS do the same. */
export function people(
  { clock, incidents, queue, askings }: Pick<World, 'clock' | 'incidents' | 'queue' | 'askings'>,
  commands: Commands,
  redact: Pick<Redactor, 'text'>,
): People {
  const change = async (incidentId: string, deed: Deed): Promise<Changed> => {
    const changed = await incidents.change(incidentId, redacted(deed, redact));
    // Also when it was refused: an earlier press may have been kept and not announced.
    if (changed.kind !== 'unknown') await queue.announce({ v: 1, incidentId }, 0);
    return changed;
  };
  return {
    change,
    snooze: async (incidentId, by, choice, zone = 'UTC') => {
      const now = clock();
      const version = (await incidents.read(incidentId))?.newest.version;
      const until = snoozeEnd(choice, { now, zone, version });
      if (until.kind === 'time') await queue.revisit({ v: 1, why: 'woke', incidentId }, toMillis(between(now, until.at)));
      return await change(incidentId, { kind: 'snooze', by, until });
    },
    inThread: async (thread, deed) => {
      const incident = await incidents.ofThread(thread);
      if (incident && isKept(incident, deed)) return { kind: 'same', incident };
      return incident && (await change(incident.id, deed));
    },
    mute: (incidentId, user) => incidents.mute(incidentId, user),
    unmute: (incidentId) => incidents.unmute(incidentId),
    incidents: () => incidents.newest(LISTED),
    home: (user) => queue.home({ v: 1, user }),
    trace: async (question) => {
      const wait = await askings.turn(question.user);
      if (wait === 0) await queue.answer(question);
      return wait;
    },
    unfurl: (links) => queue.unfurl(links),
    command: async (name, text, user) => (await commands[name]?.(text, user)) ?? `There is no ${name} here.`,
  };
}
