import { setTimeout as delay } from 'node:timers/promises';
import {
  type CloudWatchLogsClient,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { readLogQuery } from '../telemetry/log-query.ts';
import type { Parsed } from '../telemetry/record.ts';
import { type Micros, toMillis } from '../units.ts';
import type { Attempts } from './attempts.ts';

/** A query over more groups is refused. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html */
const GROUPS = 50;
/** Ours: a transaction with more lines than these is told by the first of them. */
const LINES = 1_000;
/** Ids that one query looks for; more make it slower and find nothing new. */
const IDS = 20;
const FIRST_POLL_MS = 300;
const LONGEST_POLL_MS = 2_000;

export type LogQuestion = {
  readonly groups: readonly string[];
  /** Lines that bear one of these. */
  readonly ids: readonly string[];
  readonly from: Micros;
  readonly to: Micros;
};

export type LogAnswer = Parsed & { readonly bytesScanned: number };

/** Lines of those groups about those ids, oldest first. Throws what AWS said; a query that is given up is stopped, because it costs. */
export async function queryLogs(client: CloudWatchLogsClient, question: LogQuestion, calls: Attempts): Promise<LogAnswer> {
  const { queryId } = await calls.call((abortSignal) =>
    client.send(new StartQueryCommand({ ...asked(question), queryString: queryOf(question.ids), limit: LINES }), { abortSignal }),
  );
  if (queryId === undefined) throw new Error('CloudWatch Logs started a query without an id');
  try {
    return read(await finished(client, queryId, calls));
  } catch (error) {
    // Not awaited by anybody's time: what this costs is one call, what it saves is a scan.
    await client.send(new StopQueryCommand({ queryId })).catch(() => undefined);
    throw error;
  }
}

const asked = ({ groups, from, to }: LogQuestion) => ({
  logGroupNames: groups.slice(0, GROUPS),
  startTime: Math.floor(toMillis(from) / 1_000),
  endTime: Math.ceil(toMillis(to) / 1_000),
});

/** Ids are hex, digits and dashes by the time they are here; anything else is left out rather than quoted. */
function queryOf(ids: readonly string[]): string {
  const likes = ids.filter((id) => /^[\w-]{8,128}$/.test(id)).slice(0, IDS);
  if (likes.length === 0) throw new Error('a query of logs needs an id to look for');
  const filter = likes.map((id) => `@message like "${id}"`).join(' or ');
  return `fields @timestamp, @message, @log, @logStream | filter ${filter} | sort @timestamp asc`;
}

async function finished(client: CloudWatchLogsClient, queryId: string, calls: Attempts): Promise<GetQueryResultsCommandOutput> {
  for (let wait = FIRST_POLL_MS; ; wait = Math.min(LONGEST_POLL_MS, wait * 1.5)) {
    const answer = await calls.call((abortSignal) => client.send(new GetQueryResultsCommand({ queryId }), { abortSignal }));
    if (answer.status === 'Complete') return answer;
    if (answer.status !== 'Running' && answer.status !== 'Scheduled')
      throw new Error(`CloudWatch Logs ended a query as ${answer.status}`);
    await delay(wait, undefined, { signal: calls.signal });
  }
}

const read = ({ results = [], statistics }: GetQueryResultsCommandOutput): LogAnswer => ({
  ...readLogQuery({ results }, 'query'),
  bytesScanned: statistics?.bytesScanned ?? 0,
});
