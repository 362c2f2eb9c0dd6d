import { redisUrl } from '../config.ts';
import { intake } from '../intake.ts';
import { logger } from '../log.ts';
import { redactor } from '../redaction/redact.ts';
import { redisChanges } from '../redis/changes.ts';
import { promptConnection } from '../redis/connection.ts';
import { redisQueue } from '../redis/queue.ts';
import { redisRecords } from '../redis/records.ts';
import { redisUsual } from '../redis/usual.ts';
import { parse } from '../telemetry/parse.ts';
import { fromMillis } from '../units.ts';

const log = logger();
const redact = redactor();
const clock = () => fromMillis(Date.now());
const onError = (error: Error) => log.warn({ err: error }, 'Redis');
const redis = promptConnection(redisUrl(), onError);
const world = {
  clock,
  records: redisRecords(redis, clock),
  usual: redisUsual(redis, clock),
  changes: redisChanges(redis),
  queue: redisQueue(redis, onError),
};

/**
 * CloudWatch Logs subscription on `aws/spans`: `{ awslogs: { data } }`. Returns when Redis has every record of the batch; throws otherwise,
 * so that AWS delivers the whole batch again, which changes nothing that is there already.
 */
export async function receive(event: unknown): Promise<void> {
  const { records, rejects } = parse(Buffer.from(JSON.stringify(event)), 'event');
  for (const { reason, where } of redact.rejects(rejects.slice(0, 10)))
    log.warn({ reason, where, of: rejects.length }, 'rejected');
  const { suspects, ...counts } = await intake(world, records, undefined, redact);
  log.info({ ...counts, rejected: rejects.length, suspects: suspects.length }, 'batch kept');
}
