import { grouped } from '../trace/grouped.ts';
import type { Transaction } from '../trace/transaction.ts';
import type { Cause } from './cause.ts';
import type { NamedFinding } from './findings.ts';
import { type Rate, rateSurprise } from './surprise.ts';
import type { Visit } from './visits.ts';

/** A transaction with what its own diagnosis says, best first. */
export type Judged = {
  readonly transaction: Transaction;
  readonly outcome: 'ok' | 'failed' | 'slow';
  readonly causes: readonly Cause[];
};

type Vote = { readonly cause: Cause; readonly transaction: Transaction };

/**
 * That transactions fail is as surprising as their share is beyond the usual one; whom they name bears his share of it. Where as many
 * fail every day, their failures explain nothing.
 */
export function namedFindings(judged: readonly Judged[], usual: Rate, visits: readonly Visit[]): readonly NamedFinding[] {
  const failed = judged.filter(({ outcome }) => outcome === 'failed');
  const rate = { count: failed.length, of: judged.length };
  const nats = rate.count * usual.of > usual.count * rate.of ? rateSurprise(rate, usual) : 0;
  return groupsOf(failed, ({ cause }) => cause.service).map(({ cause, votes }) => {
    const voters = new Set(votes.map(({ transaction }) => transaction));
    return {
      kind: 'named',
      service: cause.service,
      nats: (nats * votes.length) / failed.length,
      cause,
      now: { count: votes.length, of: failed.length },
      visits: visits.filter(({ service, transaction }) => service === cause.service && voters.has(transaction)),
    };
  });
}

/** Where there is nothing to compare with: what most transactions say of themselves. */
export function votedCauses(judged: readonly Judged[]): readonly Cause[] {
  return groupsOf(judged, ({ cause }) => `${cause.service} ${cause.kind}`)
    .map(({ cause, votes }): Cause => {
      const spanIds = votes.flatMap((vote) => vote.cause.spanIds.slice(0, 1));
      const fact = `${votes.length} of ${judged.length} transactions say so`;
      const confidence = Math.round((100 * cause.confidence * votes.length) / judged.length) / 100;
      return judged.length === 1 ? cause : { ...cause, confidence, spanIds, evidence: [...cause.evidence, fact] };
    })
    .sort((a, b) => b.confidence - a.confidence || (a.service < b.service ? -1 : 1));
}

/** By what their best cause is, with the surest of each group. */
function groupsOf(
  judged: readonly Judged[],
  of: (vote: Vote) => string,
): readonly { readonly cause: Cause; readonly votes: readonly Vote[] }[] {
  const votes = judged.flatMap(({ causes: [cause], transaction }) =>
    cause && cause.kind !== 'unknown' ? [{ cause, transaction }] : [],
  );
  return [...grouped(votes, of).values()].flatMap((group) => {
    const [surest] = group.toSorted((a, b) => b.cause.confidence - a.cause.confidence);
    return surest ? [{ cause: surest.cause, votes: group }] : [];
  });
}
