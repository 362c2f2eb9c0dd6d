import { operationKey } from '../src/diagnosis/usual.ts';
import type { Incident } from '../src/incident/incident.ts';
import { quietUntilOver, wakesAt } from '../src/incident/life.ts';
import type { World } from '../src/ports.ts';
import { between, toMillis } from '../src/units.ts';
import type { Revisit } from '../src/work.ts';
import type { JobOutcome } from './outcome.ts';

type Touched = Pick<World, 'clock' | 'usual' | 'incidents' | 'queue' | 'rules'>;

/** Time has passed since an incident failed, or was snoozed: is it over, or must it be looked at again? */
export async function revisit(job: Revisit, world: Touched): Promise<JobOutcome> {
  const incident = await world.incidents.read(job.incidentId);
  if (!incident) return 'done';
  return job.why === 'woke' ? await wake(incident, world) : await rest(incident, job, world);
}

async function wake(incident: Incident, { clock, incidents, queue }: Touched): Promise<JobOutcome> {
  const at = wakesAt(incident.life);
  if (at === undefined) return 'done';
  const left = at - clock();
  if (left > 0) return { againInMs: left / 1_000 };
  await incidents.change(incident.id, { kind: 'woke' });
  await queue.announce({ v: 1, incidentId: incident.id }, 0);
  return 'done';
}

type Rested = Extract<Revisit, { why: 'rested' }>;

/** Looked at again after twice the time, so some eight times a day, and then left to people. */
const LONGEST_REST_MS = 24 * 3_600_000;

async function rest(incident: Incident, job: Rested, { clock, usual, incidents, queue, rules }: Touched): Promise<JobOutcome> {
  const needed = quietUntilOver(incident.life, rules.resolveAfter);
  if (needed === undefined) return 'done';
  const quietFor = between(job.since, clock());
  const { service, transaction } = incident.alert;
  const healthy = await usual.sightings(operationKey(service, transaction), job.since);
  if (quietFor >= needed && healthy > job.sightings) {
    const changed = await incidents.change(incident.id, { kind: 'recovered', quietFor });
    await queue.announce({ v: 1, incidentId: incident.id }, 0);
    if (changed.kind === 'changed' && changed.incident.life.state === 'resolved') return 'done';
  }
  const quietMs = toMillis(quietFor);
  return quietMs > LONGEST_REST_MS ? 'done' : { againInMs: Math.max(quietMs, toMillis(needed) - quietMs) };
}
