import type { LogRecord, TelemetryRecord } from '../../src/telemetry/record.ts';
import { aLog, aSpan, type SpanWords } from '../trace/records.ts';
import type { Chance } from './chance.ts';
import { isStore, type Op, type Step, type Store, type Town, type TownFault } from './towns.ts';

type Told = { readonly words: SpanWords[]; readonly logs: LogRecord[] };
/** When it was over, and how. */
type Done = { readonly at: number; readonly error: SpanWords['error'] };
type Asked = { readonly to: Op; readonly caller: Op; readonly parent: string; readonly from: number; readonly refused: boolean };
type Parent = { readonly id: string | undefined; readonly service: string | undefined };

export type Walk = {
  readonly entry: Op;
  readonly trace: string;
  readonly fault: TownFault | undefined;
  readonly chance: Chance;
  readonly begin: number;
};

/** One transaction through one entry. */
export function walked(town: Town, { entry, trace, fault, chance, begin }: Walk): readonly TelemetryRecord[] {
  const told: Told = { words: [], logs: [] };
  let count = 0;
  const id = (): string => `${trace} ${count++}`;
  const noisy = (ms: number): number =>
    ms * Math.exp(0.25 * (chance.between(-1, 1) + chance.between(-1, 1))) * (chance.happens(0.01) ? 4 : 1);
  // Drawn either way: without its fault the same walk is as long otherwise.
  const isHit = chance.happens(fault?.share ?? 1) ? fault : undefined;
  const hits = (kind: TownFault['kind'], service: string): boolean => isHit?.kind === kind && isHit.service === service;
  const delay = (kind: TownFault['kind'], service: string): number => (hits(kind, service) ? (isHit?.ms ?? 0) : 0);
  const failing = (error: SpanWords['error']): SpanWords => (error && town.marks ? { status: 'error', error } : {});
  const log = (span: string, service: string, severity: LogRecord['severity'], body: string, ms: number): void => {
    told.logs.push(aLog({ trace, span, service, severity, body: body.replace('#', `${chance.whole(100, 99_999)}`), atMs: ms }));
  };

  const serve = (op: Op, from: number, parent: Parent): Done => {
    // What nobody traces has its place all the same: its calls hang below the one that asked for it.
    if (town.shape === 'clients' && parent.id !== undefined) return work(op, from, parent.id);
    const own = id();
    const place = told.words.push({}) - 1;
    const done = town.shape === 'lambda' ? invoked(op, from, own) : work(op, from, own);
    const resource = town.shape === 'lambda' ? 'AWS::Lambda' : undefined;
    const words = { trace, id: own, parent: parent.id, service: op.service, operation: op.name, spanKind: 'server' as const };
    told.words[place] = { ...words, from, to: done.at, resource, ...failing(done.error) };
    return done;
  };

  const invoked = (op: Op, from: number, parent: string): Done => {
    const own = id();
    const place = told.words.push({}) - 1;
    const start = from + noisy(3);
    const done = work(op, start, own);
    const words = { trace, id: own, parent, service: op.service, operation: op.service, spanKind: 'server' as const };
    told.words[place] = { ...words, from: start, to: done.at, resource: 'AWS::Lambda::Function', ...failing(done.error) };
    return { ...done, at: done.at + 0.5 };
  };

  const work = (op: Op, from: number, own: string): Done => {
    let now = from + delay('cpu', op.service);
    for (const [n, step] of op.steps.entries()) {
      now += noisy(step.own);
      const stopped = stops(op, step, own, now);
      if (stopped) return stopped;
      log(own, op.service, 'info', step.says, now);
      const { at, error } = calls(op, n, own, now);
      now = at;
      if (error) return { at, error };
    }
    return { at: now, error: undefined };
  };

  const stops = (op: Op, step: Step, own: string, now: number): Done | undefined => {
    if (isHit?.op !== op || op.steps[isHit.step] !== step) return undefined;
    if (isHit.kind === 'return') return { at: now, error: undefined };
    if (isHit.kind !== 'exception') return undefined;
    log(own, op.service, 'error', `IllegalStateException: ${step.says}`, now);
    return { at: now, error: { type: 'IllegalStateException', message: `no ${op.name}` } };
  };

  const calls = (op: Op, n: number, own: string, from: number): Done => {
    const refused = isHit?.kind === 'config' && isHit.op === op && isHit.step === n;
    const made = (op.steps[n]?.calls ?? []).filter(({ share }) => chance.happens(share));
    const done = made.map(({ to }) =>
      isStore(to) ? stored(to, op, own, from) : called({ to, caller: op, parent: own, from, refused }),
    );
    const at = Math.max(from, ...done.map((each) => each.at));
    const error = done.find((each) => each.error)?.error;
    if (!error) return { at, error };
    const isPassedOn = town.passesOn || refused;
    log(own, op.service, isPassedOn ? 'error' : 'warn', `${isPassedOn ? 'failed' : 'going on without'}: ${error.message}`, at);
    return { at, error: isPassedOn ? { type: 'UpstreamException', message: `500 ${error.message}` } : undefined };
  };

  const stored = ({ store, name, takes }: Store, op: Op, parent: string, from: number): Done => {
    const at = from + noisy(takes) + delay('store', op.service);
    told.words.push({
      trace,
      id: id(),
      parent,
      service: op.service,
      operation: name,
      spanKind: 'client',
      from,
      to: at,
      attributes: { 'db.system': 'dynamodb', 'aws.dynamodb.table_names': [store] },
    });
    return { at, error: undefined };
  };

  const called = (asked: Asked): Done => {
    if (!hits('retry', asked.to.service)) return attempt(asked, (from, own) => exchange(asked, from, own));
    const { at } = attempt(asked, (from, own) => turnedAway(asked.to, from, own));
    return attempt({ ...asked, from: at + 100 + noisy(isHit?.ms ?? 0) }, (from, own) => exchange(asked, from, own));
  };

  const attempt = ({ to, caller, parent, from }: Asked, answer: (from: number, own: string) => Done): Done => {
    const [before, after] = wired(to, caller);
    if (town.shape === 'servers') {
      const done = answer(from + before, parent);
      return { ...done, at: done.at + after };
    }
    const own = id();
    const place = told.words.push({}) - 1;
    const done = answer(from + before, own);
    const words = { trace, service: caller.service, operation: `call ${to.name}`, spanKind: 'client' as const };
    const attributes = { 'peer.service': to.service };
    told.words[place] = { ...words, attributes, id: own, parent, from, to: done.at + after, ...failing(done.error) };
    return { ...done, at: done.at + after };
  };

  const exchange = ({ to, caller, refused }: Asked, from: number, own: string): Done => {
    if (!refused) return serve(to, from, { id: own, service: caller.service });
    return { at: from + noisy(2), error: { type: 'ConnectionRefused', message: `connect to ${to.service} refused` } };
  };

  const turnedAway = (to: Op, from: number, parent: string): Done => {
    const error = { type: 'ServiceUnavailable', message: 'too busy' };
    const words = { trace, id: id(), parent, service: to.service, operation: to.name, spanKind: 'server' as const };
    if (town.shape !== 'clients') told.words.push({ ...words, from, to: from + 2, ...failing(error) });
    log(town.shape === 'clients' ? parent : words.id, to.service, 'error', `too busy for # of ${to.name}`, from);
    return { at: from + 2, error };
  };

  /** On the way to and back; the network of a pod is slow both ways. */
  const wired = (to: Op, caller: Op): readonly [number, number] => {
    const late = noisy(isHit?.ms ?? 0);
    const isLate =
      hits('pool', to.service) || (hits('edge', to.service) && (isHit?.caller === undefined || isHit.caller === caller.service));
    const out = isLate || hits('network', caller.service) ? late : 0;
    return [noisy(1) + out, noisy(0.6) + (hits('network', to.service) ? late : 0)];
  };

  serve(entry, begin, { id: undefined, service: undefined });
  const kind = town.shape === 'kindless' ? { spanKind: 'internal' as const } : {};
  return [...told.words.map((words) => aSpan({ ...words, ...kind })), ...told.logs];
}
