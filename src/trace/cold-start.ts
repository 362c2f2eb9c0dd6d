import type { InvocationRecord } from '../telemetry/record.ts';
import { earlier, type Micros, micros } from '../units.ts';
import { isInit, type Node } from './node.ts';
import type { Category, Section, Span } from './transaction.ts';

type Told = Pick<InvocationRecord, 'initDuration' | 'restoreDuration'> | undefined;

/** How long a sandbox took to be ready, as its platform told: initialized, or with SnapStart restored from a snapshot. */
export const startUp = (told: Told): Micros => micros((told?.initDuration ?? 0) + (told?.restoreDuration ?? 0));

/** Spans that tell of it themselves make the platform's word needless. */
export const hasInitSpan = ({ children, parent }: Node): boolean =>
  [...children, ...(parent?.children ?? [])].some((near) => isInit(near.span));

type Piece = { readonly amount: Micros; readonly category: Category | undefined };

/**
 * What a piece of the path is spent on where a run follows it of whose start-up only the platform tells: that lies at its end.
 * Restoring fetches the snapshot and then loads the runtime and runs hooks; only the latter is billed, and in the sandbox.
 * https://docs.aws.amazon.com/lambda/latest/dg/snapstart-monitoring.html
 *
 * piece  ├──────┬ container ┬ runtime ┤
 * run                                 ├──────────┤
 */
export function withColdStart(section: Section, next: Node | undefined): readonly Piece[] {
  const whole = micros(section.end - section.start);
  const told = next?.span.invocation;
  if (!next || !told || next.start !== section.end || next.span.spanId === section.spanId || hasInitSpan(next)) {
    return [{ amount: whole, category: undefined }];
  }
  const runtime = earlier(micros((told.initDuration ?? 0) + (told.billedRestoreDuration ?? 0)), whole);
  const container = micros(Math.max(0, Math.min(startUp(told), whole) - runtime));
  return [
    { amount: micros(whole - runtime - container), category: undefined },
    { amount: container, category: 'containerInitialization' },
    { amount: runtime, category: 'runtimeInitialization' },
  ];
}

export const saysColdStart = ({ invocation, attributes }: Span): boolean =>
  startUp(invocation) > 0 || attributes['faas.coldstart'] === true;
