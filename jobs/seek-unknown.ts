import type { Sought } from '../src/aws-ports.ts';
import type { World } from '../src/ports.ts';
import type { TraceId } from '../src/telemetry/ids.ts';

type Outcome = Sought | { readonly kind: 'failed'; readonly why: string };

/** Of a trace of which nothing is known AWS may know something still. Its failure is an answer too; a person waits for one. */
export async function seekUnknown(
  traceId: TraceId,
  { records, archive }: Pick<World, 'records' | 'archive'>,
): Promise<Outcome | undefined> {
  if (!archive || (await records.read(traceId)).records.length > 0) return undefined;
  try {
    const sought = await archive.seek(traceId, []);
    if (sought.kind === 'sought') await records.keep(sought.records, []);
    return sought;
  } catch (error) {
    return { kind: 'failed', why: error instanceof Error ? error.message : String(error) };
  }
}

export function soughtInWords(sought: Outcome): string {
  switch (sought.kind) {
    case 'sought':
      return `AWS does not know it either (${sought.calls} calls)`;
    case 'asked-before':
      return `AWS was asked for it a few minutes ago and did not know it (${sought.calls} calls)`;
    case 'refused':
      return `AWS was not asked: ${sought.why}`;
    case 'failed':
      return `AWS was asked and did not answer: ${sought.why}`;
  }
}
