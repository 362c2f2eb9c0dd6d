import type { World } from './ports.ts';
import type { Redactor } from './redaction/redact.ts';
import type { People } from './slack/people.ts';

/** Slash commands besides `/trace`, by name. */
export type Commands = Readonly<Record<string, (text: string, user: string) => Promise<string>>>;

/** What follows when people press, write and ask, whichever way it came in: the bot and the function of AWS do the same. */
export function people(
  { incidents, queue }: Pick<World, 'incidents' | 'queue'>,
  commands: Commands,
  redact: Pick<Redactor, 'text'>,
): People {
  const change: (
    incidentId: string,
    change: Parameters<World['incidents']['change']>[1],
  ) => ReturnType<World['incidents']['change']> = async (incidentId, change) => {
    const changed = await incidents.change(incidentId, change);
    // Also when it was refused: an earlier press may have been kept and not announced.
    if (changed.kind !== 'unknown') await queue.announce({ v: 1, incidentId }, 0);
    return changed;
  };
  return {
    acknowledge: (incidentId, by) => change(incidentId, { to: 'acknowledged', by, text: undefined }),
    resolve: (incidentId, by) => change(incidentId, { to: 'resolved', by, text: undefined }),
    annotate: (incidentId, by, text) => change(incidentId, { to: 'noted', by, text: redact.text(text) }),
    trace: (question) => queue.answer(question),
    command: async (name, text, user) => (await commands[name]?.(text, user)) ?? `There is no ${name} here.`,
  };
}
