import type { TraceId } from '../telemetry/ids.ts';
import { fromSeconds, type Micros } from '../units.ts';
import type { Alert } from './incident.ts';
import type { Life } from './life.ts';

/**
 * A signature that fails again this soon after its incident was resolved is that incident, reopened; later it is a new one: people
 * look at the end of a channel, and the old thread has left it.
 */
const REOPENS_WITHIN = fromSeconds(30 * 60);

/** What is known of an incident that a transaction may belong to. */
export type Candidate = {
  readonly id: string;
  readonly signature: string;
  readonly life: Life;
  /** Distinct failing transactions. */
  readonly count: number;
  /** Of the transaction whose picture it shows. */
  readonly drawn: TraceId;
};

/** A trace of the transaction was counted there before, under this trace id: one transaction may have been two before they were joined. */
export type Claim = { readonly incident: Candidate; readonly member: TraceId };

/** Where a failing transaction is to be counted. */
export type Placing = {
  /** undefined: a new incident. */
  readonly home: Candidate | undefined;
  /** It counts there already, under that trace id. */
  readonly kept: TraceId | undefined;
  /** It is the one drawn there. */
  readonly drawn: boolean;
  /** Where it no longer counts. */
  readonly left: readonly Claim[];
  /** Has nothing left but this transaction: it becomes `home`'s, and its thread says so. */
  readonly emptied: readonly Candidate[];
};

/**
 * One failure counts in one place. A trace that grows may turn out to fail deeper, with another signature: then it moves. An incident
 * that held nothing else takes the new signature on, or is merged into the incident that has it already.
 */
export function place(alert: Alert, claims: readonly Claim[], current: Candidate | undefined, now: Micros): Placing {
  const heir = current && belongs(current.life, now) ? current : undefined;
  const stays = claims.find(({ incident }) => incident.signature === alert.signature || isSettled(incident.life));
  if (stays) return settled(stays.incident, stays, claims, alert);
  const [first] = claims;
  if (!first) return { home: heir, kept: undefined, drawn: false, left: [], emptied: [] };
  if (!heir && isAllOf(first.incident, claims)) return settled(first.incident, first, claims, alert);
  const left = heir ? claims.filter(({ incident }) => incident.id !== heir.id) : claims;
  return { home: heir, kept: undefined, drawn: false, left, emptied: emptiedBy(left) };
}

/** It is over and done with: what is told of it later changes nothing but its picture. */
const isSettled = (life: Life): boolean => life.state === 'resolved';

const belongs = (life: Life, now: Micros): boolean =>
  life.state !== 'merged' && (life.state !== 'resolved' || now - life.at <= REOPENS_WITHIN);

function settled(home: Candidate, kept: Claim, claims: readonly Claim[], { traceIds }: Alert): Placing {
  const left = claims.filter((claim) => claim !== kept);
  const emptied = emptiedBy(left).filter(({ id }) => id !== home.id);
  const drawn = traceIds.includes(home.drawn) || isAllOf(home, claims);
  return { home, kept: kept.member, drawn, left, emptied };
}

const isAllOf = (incident: Candidate, claims: readonly Claim[]): boolean =>
  claims.filter((claim) => claim.incident.id === incident.id).length >= incident.count;

function emptiedBy(left: readonly Claim[]): readonly Candidate[] {
  const incidents = new Map(left.map(({ incident }) => [incident.id, incident]));
  return [...incidents.values()].filter((incident) => isAllOf(incident, left));
}
