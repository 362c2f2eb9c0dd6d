import { isWorthComparing } from '../src/diagnosis/set-apart.ts';
import { operationKey } from '../src/diagnosis/usual.ts';
import type { Alert } from '../src/incident/incident.ts';
import { tellingOf } from '../src/incident/rules.ts';
import type { World } from '../src/ports.ts';
import { fromSeconds, type Micros, micros, toMillis } from '../src/units.ts';
import type { Examine } from '../src/work.ts';
import type { JobOutcome } from './outcome.ts';

/** For one more transaction in an incident that is told already its root is edited at once, but at most this often. */
const COUNT_EDIT = fromSeconds(10);

type Touched = Pick<World, 'clock' | 'studio' | 'usual' | 'incidents' | 'examinations' | 'queue' | 'rules' | 'archive'>;

/** A suspect trace has gone quiet: is it an incident, and is it worth telling? */
export async function examine(job: Examine, world: Touched): Promise<JobOutcome> {
  await world.examinations.close(job.traceId, await examined(job, world));
  return 'done';
}

async function examined(job: Examine, world: Touched): Promise<'counted' | 'muted' | 'healthy'> {
  const judged = await world.studio.judge(job.traceId);
  if (!judged) return 'healthy';
  const { alert } = judged;
  if (tellingOf(alert, judged.usual, world.rules).kind === 'untold') return 'muted';
  const { incidentId, what, left, editedAt } = await world.incidents.report(alert);
  // What is nearly as slow is not suspect, and would make the incident usual. Failures cannot: durations are of what went well.
  if (alert.outcome === 'slow')
    await world.usual.freeze([
      ...new Set([operationKey(alert.service, alert.transaction), operationKey(alert.hop.service, alert.hop.operation)]),
    ]);
  // failpoint: examine-reported
  // Also when it is known: a predecessor may have died between its report and its request.
  const delayMs = what === 'counted' ? untilCountEdit(editedAt, world.clock()) : 0;
  for (const id of [incidentId, ...left]) await world.queue.announce({ v: 1, incidentId: id }, delayMs);
  // failpoint: examine-asked
  await askWhetherOver(world, incidentId, alert);
  if (what === 'opened' && alert.outcome === 'failed' && world.archive) await world.queue.gather({ v: 1, traceId: job.traceId });
  // Last: it may take long, and fail.
  await compare(world, incidentId, alert);
  return 'counted';
}

/** What sets the incident's transactions apart is looked for again when half as many more of them are known. */
async function compare({ incidents, studio, queue }: Touched, incidentId: string, alert: Alert): Promise<void> {
  const { traces, compared } = await incidents.witnesses(incidentId);
  if (!isWorthComparing(traces.length, compared) || !(await incidents.claimContrast(incidentId, traces.length))) return;
  const what = await incidents.setContrast(incidentId, await studio.compare(traces, alert), traces.length);
  if (what === 'changed') await queue.announce({ v: 1, incidentId }, toMillis(COUNT_EDIT));
}

/** Never 0, which would bring forward an announcement that waits for its turn. */
const untilCountEdit = (editedAt: Micros | undefined, now: Micros): number =>
  Math.max(1, editedAt === undefined ? 0 : toMillis(micros(editedAt + COUNT_EDIT - now)));

/** Nothing looks whether incidents are over: each failure asks for one look after a time without another. */
export async function askWhetherOver(
  { clock, usual, queue, rules }: Pick<Touched, 'clock' | 'usual' | 'queue' | 'rules'>,
  incidentId: string,
  alert: Alert,
): Promise<void> {
  const since = clock();
  const sightings = await usual.sightings(operationKey(alert.service, alert.transaction), since);
  await queue.revisit({ v: 1, why: 'rested', incidentId, since, sightings }, toMillis(rules.resolveAfter));
}
