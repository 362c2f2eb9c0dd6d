import { type Accounts, readDelivery } from '../aws/delivery.ts';
import { functionConfig } from '../config.ts';
import { intake } from '../intake.ts';
import { keptEntry, ledger, type Source, unkeptEntry } from '../ledger.ts';
import { logger } from '../log.ts';
import { redactor } from '../redaction/redact.ts';
import { redisChanges } from '../redis/changes.ts';
import { promptConnection } from '../redis/connection.ts';
import { redisLedger } from '../redis/ledgers.ts';
import { redisQueue } from '../redis/queue.ts';
import { redisRecords } from '../redis/records.ts';
import { redisUsual } from '../redis/usual.ts';
import { fromMillis } from '../units.ts';
import { within } from '../within.ts';
import type { Run } from './run.ts';

/** Of the time that is left: the rest is for failing in order, so that AWS sends the batch again, instead of being cut off. */
const SHARE_OF_TIME = 0.8;
/** A batch of a thousand bad lines is told by its first few. */
const REJECTS_TOLD = 10;

/**
 * A function that keeps what AWS hands to it. It returns when Redis has every record of the batch and the jobs, and throws otherwise, so that
 * AWS delivers the whole batch again, which changes nothing that is there already. What cannot be read would not be better the next time: it
 * is told and counted, and does not hold up the rest.
 */
export function keeping(source: Source): (event: unknown, run: Run) => Promise<void> {
  const log = logger();
  const redact = redactor();
  const clock = () => fromMillis(Date.now());
  const onError = (error: Error) => log.warn({ err: error }, 'Redis');
  const { redisUrl, accounts } = functionConfig();
  const redis = promptConnection(redisUrl, onError);
  const queue = redisQueue(redis, onError);
  const world = {
    clock,
    records: redisRecords(redis, clock, () => void queue.trouble({ v: 1, of: 'memory' }).catch(onError)),
    usual: redisUsual(redis, clock),
    changes: redisChanges(redis),
    queue,
  };
  const books = ledger();
  const publish = redisLedger(redis);
  return async (event, run) => {
    const parsed = readDelivery(event, accounts ?? ownAccount(run), 'event');
    const { records, rejects } = parsed;
    for (const { reason, where } of redact.rejects(rejects.slice(0, REJECTS_TOLD)))
      log.warn({ reason, where, of: rejects.length }, 'rejected');
    const kept = await within(intake(world, records, undefined, redact), run.getRemainingTimeInMillis() * SHARE_OF_TIME).catch(
      (error: unknown) => {
        books.enter(source, unkeptEntry(parsed));
        throw error;
      },
    );
    books.enter(source, keptEntry(parsed, kept));
    // Not worth a second delivery of what is safe.
    await publish(books.totals()).catch(onError);
    const { suspects, ...counts } = kept;
    log.info({ ...counts, rejected: rejects.length, suspects: suspects.length }, 'batch kept');
  };
}

/** `arn:aws:lambda:eu-west-1:123456789012:function:NAME`: who named no accounts takes those of the account that it runs in. */
const ownAccount = ({ invokedFunctionArn }: Run): Accounts => new Set([invokedFunctionArn.split(':')[4] ?? '']);
