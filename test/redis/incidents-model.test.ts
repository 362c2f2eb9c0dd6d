import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import type { Alert, Incident } from '../../src/incident/incident.ts';
import type { LifeEvent } from '../../src/incident/life.ts';
import type { Incidents } from '../../src/ports.ts';
import { redisIncidents } from '../../src/redis/incidents.ts';
import { fromMillis, fromSeconds, type Micros, micros, NO_TIME } from '../../src/units.ts';
import { aTraceId } from '../trace/records.ts';
import { emptied, testRedis } from '../world/redis.ts';
import {
  act,
  type Failing,
  fail,
  type Model,
  type ModelDeed,
  type ModelIncident,
  newModel,
  recover,
  wake,
} from './life-model.ts';

/** Each runs some fifty commands; `npm run model` asks for many more. */
const RUNS = Number(process.env['TRACEFALL_MODEL_RUNS'] ?? 300);
const START = fromMillis(1_795_000_000_000);

const redis = testRedis();

/** The real thing: two workers that do not know of each other, and one whose connection dies after its next write. */
type Real = {
  readonly model: Model;
  readonly workers: readonly [Incidents, Incidents];
  readonly dying: Incidents;
  readonly ids: Map<ModelIncident, string>;
};

const alertOf = (model: Model, { traces, signature }: Failing): Alert => ({
  ...{ signature, outcome: 'failed', transaction: 'POST /orders', service: 'api', environment: 'test' },
  ...{ hop: { service: 'payment', operation: 'charge' }, error: undefined, duration: NO_TIME, spans: 2, causes: [] },
  ...{ version: undefined, owner: undefined, at: micros(model.now), lastFailure: NO_TIME },
  ...{ traceId: aTraceId(traces[0]), traceIds: traces.map((trace) => aTraceId(trace)) },
});

const eventOf = (model: Model, deed: ModelDeed): LifeEvent => {
  if (deed.kind === 'note') return { kind: 'note', by: deed.by, text: 'x' };
  if (deed.kind === 'assign') return deed;
  if (deed.kind !== 'snooze') return { kind: deed.kind, by: deed.by };
  return { kind: 'snooze', by: deed.by, until: { kind: 'time', at: micros(model.now + deed.minutes * 60_000_000) } };
};

const written = ({ log }: Incident): readonly string[] =>
  log.map(({ by, what, from, to }) => `${by} ${what} ${from ?? ''}>${to}`);

/** Redis says what the model says. */
async function agree({ ids, workers }: Real, incident: ModelIncident): Promise<void> {
  const real = await workers[1].read(ids.get(incident) ?? '');
  expect(real && { state: real.life.state, count: real.count, assignee: real.life.assignee, log: written(real) }).toEqual({
    ...{ state: incident.state, count: incident.members.size, assignee: incident.assignee, log: incident.log },
  });
}

type Command = fc.AsyncCommand<Model, Real>;
let commandsRun = 0;

const command = (name: string, run: (model: Model, real: Real) => Promise<void>): Command => ({
  check: () => true,
  run: async (model, real) => {
    commandsRun += 1;
    await run(model, real);
  },
  toString: () => name,
});

const named = (real: Real, incident: ModelIncident, id: string): void => {
  expect(real.ids.get(incident) ?? id).toBe(id);
  real.ids.set(incident, id);
};

/** Told by one worker, or by both at once, or by one that dies before it hears that it was done. */
const failing = (failure: Failing, how: 'once' | 'twice' | 'crash'): Command =>
  command(`fail ${failure.traces} of ${failure.signature} ${how}`, async (model, real) => {
    const alert = alertOf(model, failure);
    const home = fail(model, failure);
    // Where there is nothing to write it has nothing to die of.
    if (how === 'crash') await real.dying.report(alert).catch((error: Error) => expect(error.message).toBe('connection lost'));
    const reports = await Promise.all((how === 'twice' ? real.workers : [real.workers[0]]).map((worker) => worker.report(alert)));
    for (const { incidentId } of reports) named(real, home, incidentId);
    await agree(real, home);
  });

const pick = (model: Model, which: number): ModelIncident | undefined =>
  model.incidents[which % Math.max(1, model.incidents.length)];

const doing = (deed: ModelDeed, which: number): Command =>
  command(`${deed.by} ${deed.kind} #${which}`, async (model, real) => {
    const incident = pick(model, which);
    if (!incident) return;
    const event = eventOf(model, deed);
    const changed = await real.workers[0].change(real.ids.get(incident) ?? '', event);
    expect(changed.kind).toBe(act(model, incident, deed) ? 'changed' : 'refused');
    await agree(real, incident);
  });

const racing = (which: number): Command =>
  command(`two acknowledge #${which}`, async (model, real) => {
    const incident = pick(model, which);
    if (!incident) return;
    const id = real.ids.get(incident) ?? '';
    const kinds = await Promise.all(
      real.workers.map(async (worker, n) => (await worker.change(id, { kind: 'acknowledge', by: `U0${n}` })).kind),
    );
    const won = kinds.indexOf('changed');
    expect(kinds.filter((kind) => kind === 'changed')).toHaveLength(
      act(model, incident, { kind: 'acknowledge', by: `U0${won}` }) ? 1 : 0,
    );
    await agree(real, incident);
  });

const machine = (event: 'woke' | 'recovered', which: number, minutes: number): Command =>
  command(`${event} #${which} after ${minutes} min`, async (model, real) => {
    const incident = pick(model, which);
    if (!incident) return;
    const happened: LifeEvent = event === 'woke' ? { kind: 'woke' } : { kind: 'recovered', quietFor: fromSeconds(minutes * 60) };
    await real.workers[1].change(real.ids.get(incident) ?? '', happened);
    if (event === 'woke') wake(model, incident);
    else recover(model, incident, minutes);
    await agree(real, incident);
  });

const passing = (minutes: number): Command =>
  command(`${minutes} min pass`, async (model) => {
    model.now += minutes * 60_000_000;
  });

const trace = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const which = fc.nat(4);
const by = fc.constantFrom('U0MAYA', 'U0JONAS');
const deed = fc.oneof(
  fc.record({
    kind: fc.constantFrom('acknowledge' as const, 'resolve' as const, 'resolve' as const, 'reopen' as const, 'note' as const),
    by,
  }),
  fc.record({ kind: fc.constant('snooze' as const), by, minutes: fc.constantFrom(1, 15) }),
  fc.record({ kind: fc.constant('assign' as const), by, to: by }),
);
const commands = [
  fc
    .tuple(
      fc.record({
        traces: fc.oneof(
          fc.tuple(trace),
          fc.uniqueArray(trace, { minLength: 2, maxLength: 2 }).map(([a = '', b = '']) => [a, b] as const),
        ),
        signature: fc.constantFrom('s', 't', 'u'),
      }),
      fc.constantFrom('once' as const, 'once' as const, 'twice' as const, 'crash' as const),
    )
    .map(([failure, how]) => failing(failure, how)),
  fc.tuple(deed, which).map(([done, on]) => doing(done, on)),
  which.map(racing),
  fc
    .tuple(fc.constantFrom('woke' as const, 'recovered' as const), which, fc.constantFrom(7, 30))
    .map(([event, on, m]) => machine(event, on, m)),
  fc.constantFrom(0.001, 1, 7, 31).map(passing),
];

test('whatever happens to incidents, in whatever order, twice, at once or half: their lives are as told', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { size: 'max', maxCommands: 100 }), async (sequence) => {
      await emptied(redis());
      const model = newModel(START);
      const clock = (): Micros => micros(model.now);
      const worker = (): Incidents => redisIncidents(redis(), clock);
      const real = {
        model,
        workers: [worker(), worker()] as const,
        dying: redisIncidents(losingReplies(redis()), clock),
        ids: new Map(),
      };
      await fc.asyncModelRun(() => ({ model, real }), sequence);
      for (const incident of model.incidents) await agree(real, incident);
    }),
    { numRuns: RUNS },
  );
  expect(commandsRun).toBeGreaterThan(RUNS * 20);
  process.stderr.write(`${commandsRun} commands\n`);
}, 1_800_000);

/** Every write arrives, and none of them is answered. */
const losingReplies = (connection: Redis): Redis =>
  new Proxy(connection, {
    get: (target, name) => {
      if (name !== 'pipeline') return Reflect.get(target, name);
      return (asked: string[][]) => ({
        exec: async () => {
          const replies = await target.pipeline(asked).exec();
          if (asked.some(([word]) => word === 'eval')) throw new Error('connection lost');
          return replies;
        },
      });
    },
  });
