import { setTimeout as delay } from 'node:timers/promises';
import {
  BatchGetTracesCommand,
  GetTraceSegmentDestinationCommand,
  ListRetrievedTracesCommand,
  type ListRetrievedTracesCommandOutput,
  StartTraceRetrievalCommand,
  type XRayClient,
} from '@aws-sdk/client-xray';
import { type TraceId, xrayTraceId } from '../telemetry/ids.ts';
import { parse } from '../telemetry/parse.ts';
import { NOTHING } from '../telemetry/parsed.ts';
import type { Parsed } from '../telemetry/record.ts';
import { fromMillis, type Micros, toMillis } from '../units.ts';
import type { Attempts } from './attempts.ts';

const POLL_MS = 700;
/** Ours: 50 pages hold more spans than a picture. */
const PAGES = 50;

export type Window = { readonly from: Micros; readonly to: Micros };

/** Where this account keeps its traces; BatchGetTraces finds nothing where Transaction Search is on. */
export async function isTransactionSearchOn(client: XRayClient, calls: Attempts): Promise<boolean> {
  const { Destination } = await calls.call((abortSignal) =>
    client.send(new GetTraceSegmentDestinationCommand({}), { abortSignal }),
  );
  return Destination === 'CloudWatchLogs';
}

/** The segments of one trace, from X-Ray's own store. https://docs.aws.amazon.com/xray/latest/api/API_BatchGetTraces.html */
export async function batchGetTraces(client: XRayClient, traceId: TraceId, calls: Attempts): Promise<Parsed> {
  const documents: string[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const asked = { TraceIds: [xrayTraceId(traceId)], NextToken };
    const answer = await calls.call((abortSignal) => client.send(new BatchGetTracesCommand(asked), { abortSignal }));
    documents.push(...(answer.Traces ?? []).flatMap(({ Segments = [] }) => Segments.flatMap(({ Document }) => Document ?? [])));
    NextToken = answer.NextToken;
    if (NextToken === undefined) break;
  }
  return readDocuments(documents);
}

/** The same where Transaction Search is on: first a retrieval, then its pages. https://docs.aws.amazon.com/xray/latest/api/API_StartTraceRetrieval.html */
export async function retrieveTrace(client: XRayClient, traceId: TraceId, window: Window, calls: Attempts): Promise<Parsed> {
  const { RetrievalToken } = await calls.call((abortSignal) =>
    client.send(
      new StartTraceRetrievalCommand({
        TraceIds: [xrayTraceId(traceId)],
        StartTime: new Date(toMillis(window.from)),
        EndTime: new Date(toMillis(window.to)),
      }),
      { abortSignal },
    ),
  );
  const documents: string[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const answer = await settled(client, { RetrievalToken, TraceFormat: 'XRAY', NextToken }, calls);
    documents.push(...(answer.Traces ?? []).flatMap(({ Spans = [] }) => Spans.flatMap(({ Document }) => Document ?? [])));
    NextToken = answer.NextToken;
    if (NextToken === undefined) break;
  }
  return readDocuments(documents);
}

type Listing = { RetrievalToken: string | undefined; TraceFormat: 'XRAY'; NextToken: string | undefined };

async function settled(client: XRayClient, listing: Listing, calls: Attempts): Promise<ListRetrievedTracesCommandOutput> {
  for (;;) {
    const answer = await calls.call((abortSignal) => client.send(new ListRetrievedTracesCommand(listing), { abortSignal }));
    if (answer.RetrievalStatus === 'COMPLETE') return answer;
    if (answer.RetrievalStatus !== 'RUNNING' && answer.RetrievalStatus !== 'SCHEDULED')
      throw new Error(`X-Ray ended a retrieval as ${answer.RetrievalStatus}`);
    await delay(POLL_MS, undefined, { signal: calls.signal });
  }
}

function readDocuments(documents: readonly string[]): Parsed {
  if (documents.length === 0) return NOTHING;
  return parse(Buffer.from(documents.join('\n')), 'X-Ray');
}

/** An id of X-Ray begins with the second in which its trace began. https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-traceids */
export function beganAt(traceId: TraceId): Micros {
  return fromMillis(Number.parseInt(traceId.slice(0, 8), 16) * 1_000);
}
