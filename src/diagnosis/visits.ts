import type { LogRecord } from '../telemetry/record.ts';
import { httpStatus, isFailing } from '../trace/failing.ts';
import type { Span, Transaction } from '../trace/transaction.ts';
import { type LogTemplate, spelledTemplate } from './log-templates.ts';

/** What one service did for one call: the span it came in by and all below it until another service takes over. */
export type Visit = {
  readonly transaction: Transaction;
  readonly service: string;
  /** Names the visit among those of other transactions: service and the operation it came in by. */
  readonly key: string;
  readonly caller: Visit | undefined;
  readonly steps: readonly Step[];
  /** What it did that is no failure: called, ran, logged. */
  readonly acts: ReadonlyMap<string, Act>;
  readonly failures: ReadonlyMap<string, Act>;
};

export type Step = {
  readonly span: Span;
  readonly operation: string;
  /** Who answers, where the span is a call to another service: what is left of it then lies between the two. */
  readonly answer: Visit | undefined;
};

export type Act = {
  readonly kind: 'calls' | 'runs' | 'logs' | 'fails';
  readonly told: string;
  /** That did it; of a call, the first of those that were called. */
  readonly span: Span;
  /** A warning: its loss is no fault. */
  readonly isWarning: boolean;
};

export type TemplateOf = (log: LogRecord) => LogTemplate;

/** An error page, a fallback, another try: who runs these did not go well, whatever the status says. */
const TROUBLE = /error|exception|fail|fallback|retry/i;
/** More than so many times the same is another act than once: a loop of calls that was none before. */
const TIMES = [1, 4, 16, 64] as const;

type Opened = Omit<Visit, 'steps' | 'acts' | 'failures'> & {
  readonly steps: (Step & { answer: Visit | undefined })[];
  readonly acts: Map<string, Act>;
  readonly failures: Map<string, Act>;
  readonly counts: Map<string, number>;
};
type Placed = {
  readonly span: Span;
  readonly visit: Opened;
  readonly step: Opened['steps'][number];
  children: number;
  /** Who was last called from here. */
  called: Opened | undefined;
};

/** Callers before callees. */
export function visitsOf(transaction: Transaction, templateOf: TemplateOf): readonly Visit[] {
  const above: Placed[] = [];
  const visits: Opened[] = [];
  const byId = new Map<string, Opened>();
  for (const span of transaction.spans) {
    const parent = span.depth === 0 ? undefined : above[span.depth - 1];
    const placed = place(transaction, span, parent, visits);
    above[span.depth] = placed;
    byId.set(span.spanId, placed.visit);
  }
  for (const log of transaction.logs) note(log, byId, visits, templateOf);
  return visits;
}

function place(transaction: Transaction, span: Span, parent: Placed | undefined, visits: Opened[]): Placed {
  const operation = plainName(span.operation);
  const step = { span, operation, answer: undefined };
  const staying = parent && stayingIn(parent, span);
  const visit = staying ?? opened(transaction, span, operation, parent);
  if (staying || !isWayIn(span, parent)) count(visit, 'runs', operation, span);
  if (parent && (!staying || staying !== parent.called)) parent.children += 1;
  if (!staying) visits.push(visit);
  if (!staying && parent) {
    count(parent.visit, 'calls', visit.key, span);
    parent.called = visit;
    answer(parent, visit);
  }
  if (isFailing(span)) {
    const told = `${operation} ${saidBriefly(span)}`;
    visit.failures.set(`fails ${told}`, { kind: 'fails', told, span, isWarning: false });
  }
  visit.steps.push(step);
  return { span, visit, step, children: 0, called: undefined };
}

/** One service traces both of them; or only its own calls, several of which then hang below the call that it answers. */
function stayingIn({ span: parent, visit, called }: Placed, span: Span): Opened | undefined {
  if (visit.service === span.service) return visit;
  return parent.kind === 'client' && called?.service === span.service && !isAnswer(span) ? called : undefined;
}

const isAnswer = ({ kind }: Span): boolean => kind === 'server' || kind === 'consumer';

/** Else the service does not trace what it is asked, only what it asks itself. */
const isWayIn = (span: Span, parent: Placed | undefined): boolean => isAnswer(span) || parent?.span.kind !== 'client';

const opened = (transaction: Transaction, span: Span, operation: string, parent: Placed | undefined): Opened => ({
  transaction,
  service: span.service,
  key: `${span.service} ${parent && !isWayIn(span, parent) ? parent.step.operation : operation}`,
  caller: parent?.visit,
  steps: [],
  acts: new Map(),
  failures: new Map(),
  counts: new Map(),
});

/** A span with one child, in another service, is a call; unless it is the way in and so has work of its own. */
function answer(parent: Placed, visit: Visit): void {
  const { kind } = parent.span;
  const isCall = kind === 'client' || kind === 'producer' || parent.visit.steps[0] !== parent.step;
  parent.step.answer = isCall && parent.children === 1 ? visit : undefined;
}

function count(visit: Opened, kind: 'calls' | 'runs', what: string, span: Span): void {
  const times = (visit.counts.get(`${kind} ${what}`) ?? 0) + 1;
  visit.counts.set(`${kind} ${what}`, times);
  if (!TIMES.some((each) => each === times)) return;
  const told = times === 1 ? what : `${what} ${times} times or more`;
  const acts = kind === 'runs' && TROUBLE.test(what) ? visit.failures : visit.acts;
  acts.set(`${kind} ${told}`, { kind, told, span, isWarning: false });
}

/** A line without a span belongs to the first visit of its service. */
function note(log: LogRecord, byId: ReadonlyMap<string, Opened>, visits: readonly Opened[], templateOf: TemplateOf): void {
  const visit = byId.get(log.spanId ?? '') ?? visits.find(({ service }) => service === log.service);
  const span = visit?.steps[0]?.span;
  if (!visit || !span) return;
  const template = templateOf(log);
  const act: Act = { kind: 'logs', told: spelledTemplate(template), span, isWarning: log.severity === 'warn' };
  (log.severity === 'error' ? visit.failures : visit.acts).set(`logs ${template.id}`, act);
}

const ID_IN_PATH = /\/(?:\d+|(?=[a-f-]*\d)[0-9a-f-]{12,})(?=\/|$)/gi;

/** An operation without the ids in it. */
const plainName = (operation: string): string => operation.replace(ID_IN_PATH, '/*');

const MESSAGE_WORDS = 6;

function saidBriefly({ error, attributes }: Span): string {
  if (!error) return `HTTP ${httpStatus(attributes) ?? 'error'}`;
  if (error.type !== '') return error.type;
  const words = error.message.split(/\s+/).slice(0, MESSAGE_WORDS);
  return words.map((word) => (/\d/.test(word) ? '*' : word)).join(' ');
}
