import type { Cause } from '../../src/diagnosis/cause.ts';
import type { Alert, Incident } from '../../src/incident/incident.ts';
import { type Life, type LogEntry, NEW_LIFE } from '../../src/incident/life.ts';
import { type SpanId, spanId, type TraceId, traceId } from '../../src/telemetry/ids.ts';
import type { Span, Transaction } from '../../src/trace/transaction.ts';
import { fromMillis, type Micros, micros, NO_TIME } from '../../src/units.ts';
import type { Picture } from '../../src/waterfall/picture.ts';
import type { Scene } from '../../src/waterfall/scene.ts';
import { type Telling, tellingOf } from '../../src/waterfall/telling.ts';

/** 2026-11-22 14:02:07 UTC. */
export const NOON: Micros = micros(1_795_356_127_000_000);
export const secondsOn = (seconds: number): Micros => micros(NOON + seconds * 1_000_000);

export const TRACE: TraceId = known(traceId('1-6b027f5f-4a1c22d09e6b7a3358c10f7d'));

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('expected the sample to be well formed');
  return value;
}

const CHARGE: SpanId = known(spanId('62be272b1b9b3c3f'));

export const cause = (changes: Partial<Cause> = {}): Cause => ({
  kind: 'downstream-timeout',
  service: 'ledger',
  operation: 'PutItem',
  resource: 'AWS::DynamoDB::Table',
  spanIds: [CHARGE],
  edge: { caller: 'payments', callee: 'ledger' },
  confidence: 0.91,
  summary: 'payments runs into its 3 s time-out while it waits for ledger_entries PutItem',
  evidence: ['2.98 s of its 3.00 s were spent in ledger_entries PutItem, which usually takes 41 ms', 'no retry was seen'],
  ...changes,
});

export const alert = (changes: Partial<Alert> = {}): Alert => ({
  signature: 'f00d',
  outcome: 'failed',
  transaction: 'POST /checkout',
  service: 'checkout-api',
  environment: 'production',
  hop: { service: 'payments', operation: 'charge' },
  error: { type: 'Sandbox.Timedout', message: 'Task timed out after 3.00 seconds' },
  duration: fromMillis(3_214),
  spans: 7,
  causes: [cause()],
  version: undefined,
  owner: undefined,
  traceId: TRACE,
  traceIds: [TRACE],
  at: NOON,
  lastFailure: NOON,
  ...changes,
});

export const incident = (changes: Partial<Incident> = {}): Incident => ({
  id: '3f9a1c07be42',
  alert: alert(),
  life: NEW_LIFE,
  count: 12,
  firstSeen: NOON,
  lastSeen: secondsOn(431),
  newest: { traceId: TRACE, version: undefined },
  log: [entry('opened', 'tracefall', 0)],
  thread: undefined,
  storm: undefined,
  recalled: undefined,
  contrast: [],
  shown: 0,
  told: 0,
  version: 1,
  ...changes,
});

export const entry = (what: LogEntry['what'], by: string, seconds: number, text?: string): LogEntry => ({
  ...{ at: secondsOn(seconds), by, what, text, from: 'open', to: 'open', message: undefined },
});

/** Of the standing that a person brought about. */
export const life = (standing: Partial<Life> & { readonly state: Life['state'] }): Life =>
  // The parts that a state needs are the test's to give.
  ({ ...NEW_LIFE, ...standing }) as Life;

export const acknowledged = (changes: Partial<Incident> = {}): Incident =>
  incident({
    life: life({ state: 'acknowledged', by: 'U0MAYA', at: secondsOn(95) }),
    log: [entry('opened', 'tracefall', 0), entry('acknowledged', 'U0MAYA', 95)],
    version: 2,
    ...changes,
  });

export const resolved = (changes: Partial<Incident> = {}): Incident =>
  acknowledged({
    life: life({ state: 'resolved', by: 'U0JONAS', at: secondsOn(900) }),
    log: [
      ...acknowledged().log,
      entry('noted', 'U0JONAS', 300, 'Rolled back payments to v41'),
      entry('resolved', 'U0JONAS', 900),
    ],
    version: 4,
    ...changes,
  });

const span = (changes: Partial<Span> = {}): Span => ({
  traceId: TRACE,
  spanId: known(spanId('53995c3f42cd8ad8')),
  parentSpanId: undefined,
  join: undefined,
  alsoFrom: [],
  depth: 0,
  service: 'checkout-api',
  operation: 'POST /checkout',
  kind: 'server',
  resource: undefined,
  start: NOON,
  duration: fromMillis(3_214),
  shifted: NO_TIME,
  status: 'error',
  error: undefined,
  self: fromMillis(214),
  critical: fromMillis(214),
  attributes: {},
  invocation: undefined,
  ...changes,
});

export const transaction = (changes: Partial<Transaction> = {}): Transaction => ({
  id: TRACE,
  traceIds: [TRACE],
  name: 'POST /checkout',
  service: 'checkout-api',
  environment: 'production',
  outcome: 'failed',
  incomplete: [],
  start: NOON,
  duration: fromMillis(3_214),
  spans: [
    span(),
    span({
      spanId: CHARGE,
      parentSpanId: known(spanId('53995c3f42cd8ad8')),
      join: 'parent',
      depth: 1,
      service: 'payments',
      operation: 'charge',
      error: { type: 'Sandbox.Timedout', message: 'Task timed out after 3.00 seconds' },
      self: fromMillis(3_000),
      critical: fromMillis(3_000),
    }),
  ],
  criticalPath: [],
  breakdown: {
    orchestration: NO_TIME,
    trigger: NO_TIME,
    containerInitialization: NO_TIME,
    runtimeInitialization: NO_TIME,
    computation: fromMillis(3_214),
    queueing: NO_TIME,
    externalService: NO_TIME,
    overhead: NO_TIME,
    unclassified: NO_TIME,
  },
  coldStarts: 0,
  logs: [],
  events: [],
  ...changes,
});

const scene = (changes: Partial<Scene> = {}): Scene => ({
  transaction: transaction(),
  outcome: 'failed',
  causes: [cause()],
  usual: undefined,
  ...changes,
});

export const telling = (changes: Partial<Scene> = {}): Telling => tellingOf(scene(changes));

/** One transparent pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

export const picture = (changes: Partial<Picture> = {}): Picture => ({
  png: PIXEL,
  width: 1,
  height: 1,
  altText: 'POST /checkout failed after 3.21 s: payments charge timed out.',
  ...changes,
});
