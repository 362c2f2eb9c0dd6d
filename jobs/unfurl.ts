import type { ToldTransaction, World } from '../src/ports.ts';
import type { Unfurl } from '../src/work.ts';
import type { JobOutcome } from './outcome.ts';

type Touched = Pick<World, 'records' | 'studio' | 'incidents' | 'chat'>;

/** Shows below a message what its links lead to, as far as it is known; nobody asked, so nobody is told what is not. */
export async function unfurl({ channel, ts, links }: Unfurl, world: Touched): Promise<JobOutcome> {
  const known: { readonly url: string; readonly told: ToldTransaction }[] = [];
  for (const { url, question } of links) {
    const told = await toldOf(question, world);
    if (told) known.push({ url, told });
  }
  if (known.length > 0) await world.chat.unfurl({ channel, ts }, known);
  return 'done';
}

async function toldOf(
  question: Unfurl['links'][number]['question'],
  { records, studio, incidents }: Touched,
): Promise<ToldTransaction | undefined> {
  const traceId = question.kind === 'trace' ? question.traceId : await records.traceOfId(question.requestId);
  const telling = traceId && (await studio.tell(traceId));
  return telling && { telling, incident: await incidents.ofTrace(telling.id), askedBy: undefined };
}
