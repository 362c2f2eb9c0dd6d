/**
 * What an incident's life must be, said a second time and as simply as possible: no versions, no scripts, nothing happens at once.
 * It shares no code with src/incident, so that a mistake there is not made here too.
 */

const MINUTE = 60_000_000;

type Trace = string;
type State = 'open' | 'acknowledged' | 'snoozed' | 'flapping' | 'resolved' | 'merged';

export type ModelIncident = {
  signature: string;
  state: State;
  assignee: string | undefined;
  /** Of a snooze until a time, and when it was resolved. */
  until: number | undefined;
  resolvedAt: number;
  reopened: number[];
  times: number;
  resting: boolean;
  readonly members: Set<Trace>;
  /** `who what from>to` */
  readonly log: string[];
};

export type Model = {
  now: number;
  readonly incidents: ModelIncident[];
  readonly current: Map<string, ModelIncident>;
  readonly claims: Map<Trace, { readonly incident: ModelIncident; readonly member: Trace }>;
};

export const newModel = (now: number): Model => ({ now, incidents: [], current: new Map(), claims: new Map() });

export type Failing = { readonly traces: readonly [Trace, ...Trace[]]; readonly signature: string };

/** The transaction fails now, or is told again, or tells more. Gives the incident in which it counts. */
export function fail(model: Model, { traces, signature }: Failing): ModelIncident {
  const held = [...new Set(traces.flatMap((trace) => model.claims.get(trace) ?? []))];
  const heir = heirOf(model, signature);
  const kept = held.find(({ incident }) => incident.signature === signature || incident.state === 'resolved') ?? lone(held, heir);
  const home = kept?.incident ?? heir ?? open(model, signature);
  const counted = held.some(({ incident }) => incident === home);
  for (const claim of held) if (claim !== kept) leave(model, claim, home);
  resign(model, home, signature);
  if (!counted) failedAgain(model, home);
  const claim = kept ?? { incident: home, member: traces[0] };
  home.members.add(claim.member);
  for (const [trace, old] of model.claims) if (held.includes(old)) model.claims.set(trace, claim);
  for (const trace of traces) model.claims.set(trace, claim);
  return home;
}

function heirOf(model: Model, signature: string): ModelIncident | undefined {
  const known = model.current.get(signature);
  return known && !(known.state === 'resolved' && model.now - known.resolvedAt > 30 * MINUTE) ? known : undefined;
}

/** Where its incident holds nothing else, and nobody else has its new signature, it stays. */
function lone(held: readonly Claim[], heir: ModelIncident | undefined): Claim | undefined {
  const [first] = held;
  if (!first || heir) return undefined;
  return [...first.incident.members].every((member) =>
    held.some((claim) => claim.incident === first.incident && claim.member === member),
  )
    ? first
    : undefined;
}

type Claim = { readonly incident: ModelIncident; readonly member: Trace };

function leave(model: Model, { incident, member }: Claim, home: ModelIncident): void {
  incident.members.delete(member);
  if (incident.members.size > 0 || incident === home) return;
  write(incident, 'tracefall', 'merged', 'merged');
  if (model.current.get(incident.signature) === incident) model.current.delete(incident.signature);
}

function open(model: Model, signature: string): ModelIncident {
  const incident: ModelIncident = {
    ...{ signature, state: 'open', assignee: undefined, until: undefined, resolvedAt: 0, reopened: [], times: 0, resting: false },
    ...{ members: new Set(), log: ['tracefall opened >open'] },
  };
  model.incidents.push(incident);
  model.current.set(signature, incident);
  return incident;
}

function resign(model: Model, incident: ModelIncident, signature: string): void {
  if (incident.state === 'resolved' || incident.signature === signature) return;
  if (model.current.get(incident.signature) === incident) model.current.delete(incident.signature);
  incident.signature = signature;
  model.current.set(signature, incident);
}

function failedAgain(model: Model, incident: ModelIncident): void {
  if (incident.state === 'flapping' && incident.resting) {
    incident.times += 1;
    incident.resting = false;
  }
  if (incident.state !== 'resolved' || model.now <= incident.resolvedAt) return;
  incident.reopened = [...incident.reopened.filter((at) => model.now - at < 30 * MINUTE), model.now];
  if (incident.reopened.length <= 3) {
    write(incident, 'tracefall', 'reopened', 'open');
    return;
  }
  Object.assign(incident, { times: incident.reopened.length, resting: false, reopened: [] });
  write(incident, 'tracefall', 'flapping', 'flapping');
}

const HELD: readonly State[] = ['open', 'acknowledged', 'snoozed', 'flapping'];

export type ModelDeed =
  | { readonly kind: 'acknowledge' | 'resolve' | 'reopen' | 'note'; readonly by: string }
  | { readonly kind: 'snooze'; readonly by: string; readonly minutes: number }
  | { readonly kind: 'assign'; readonly by: string; readonly to: string };

/** Whether it was allowed. */
export function act(model: Model, incident: ModelIncident, deed: ModelDeed): boolean {
  const allowed = { acknowledge: HELD.filter((state) => state !== 'acknowledged'), reopen: ['resolved'], note: undefined };
  const states: readonly string[] | undefined = deed.kind in allowed ? allowed[deed.kind as keyof typeof allowed] : HELD;
  if (states && !states.includes(incident.state)) return false;
  if (deed.kind === 'acknowledge') write(incident, deed.by, 'acknowledged', 'acknowledged');
  if (deed.kind === 'note') write(incident, deed.by, 'noted', incident.state);
  if (deed.kind === 'resolve') {
    incident.resolvedAt = model.now;
    write(incident, deed.by, 'resolved', 'resolved');
  }
  if (deed.kind === 'reopen') {
    write(incident, deed.by, 'reopened', 'open');
    model.current.set(incident.signature, incident);
  }
  if (deed.kind === 'snooze') {
    incident.until = model.now + deed.minutes * MINUTE;
    write(incident, deed.by, 'snoozed', 'snoozed');
  }
  if (deed.kind === 'assign') {
    incident.assignee = deed.to;
    write(incident, deed.by, 'assigned', incident.state);
  }
  return true;
}

export function wake(model: Model, incident: ModelIncident): void {
  if (incident.state === 'snoozed' && model.now >= (incident.until ?? 0)) write(incident, 'tracefall', 'woken', 'open');
}

export function recover(model: Model, incident: ModelIncident, minutes: number): void {
  if (incident.state === 'flapping' && minutes < 30) incident.resting = true;
  else if (incident.state === 'open' || incident.state === 'flapping') {
    incident.resolvedAt = model.now;
    write(incident, 'tracefall', 'resolved', 'resolved');
  }
}

function write(incident: ModelIncident, by: string, what: string, to: State): void {
  incident.log.push(`${by} ${what} ${incident.state}>${to}`);
  incident.state = to;
}
