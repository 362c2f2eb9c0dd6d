import type { World } from '../src/ports.ts';

/** Edits are no messages: Slack counts them apart, over all channels. */
export const EDITS = 'edits';

/** Runs the effect when it is its turn on the line; gives the wait in ms where it is not yet, or what the effect gives. */
export async function paced(
  { pace }: Pick<World, 'pace'>,
  line: string,
  who: string,
  effect: () => Promise<number | undefined>,
): Promise<number | undefined> {
  const wait = await pace.turn(line, who);
  if (wait > 0) return wait;
  try {
    return await effect();
  } catch (error) {
    const retryAfter = retryAfterOf(error);
    if (retryAfter === undefined) throw error;
    await pace.hold(line, retryAfter);
    return retryAfter;
  }
}

/** Slack said until when it wants to hear nothing more on this line; others go on. */
function retryAfterOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('retryAfterMs' in error)) return undefined;
  return typeof error.retryAfterMs === 'number' ? error.retryAfterMs : undefined;
}
