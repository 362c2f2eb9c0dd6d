import type { Entry } from './attributes.ts';
import { awsResource, resourceOfService } from './aws-resource.ts';
import { type SpanId, spanId, type TraceId, traceId } from './ids.ts';
import { rejected } from './parsed.ts';
import type { Attributes, Parsed, Reject, SpanKind, SpanLink, SpanRecord } from './record.ts';
import { type Fields, fields, isFields, list, text } from './shape.ts';
import { outcome } from './span-outcome.ts';
import { found, nameText } from './text.ts';
import { secondsTime } from './time.ts';
import { receivedInMetadata, segmentAttributes } from './xray-attributes.ts';
import { type Exceptions, exceptionsOf, thrownBy } from './xray-cause.ts';
import { operationOf } from './xray-names.ts';

/** X-Ray's limit for one segment. https://docs.aws.amazon.com/xray/latest/devguide/xray-tracelinking.html */
const LINKS = 20;

export type Surroundings = {
  /** The trace in whose answer the document stood; a document names its own. */
  readonly trace: TraceId | undefined;
  /** X-Ray left out documents of this trace. */
  readonly truncated: boolean;
  readonly where: string;
};

/** A segment or subsegment at its place in the document. */
type Placed = { readonly said: Fields; readonly within: SpanId | undefined };

/** What all parts of one document share. */
type Document = {
  readonly trace: TraceId;
  readonly truncated: boolean;
  readonly exceptions: Exceptions;
  readonly received: readonly Entry[];
};

/**
 * A segment document as one span for the segment and one for each subsegment in it. A part without id, name or start time becomes a
 * reject at `where subsegment n` (n in the order of levels), and what it contains hangs under what contained it.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
 */
export function readSegment(segment: Fields, { trace: around, truncated, where }: Surroundings): Parsed {
  const trace = traceId(text(segment['trace_id']) ?? '') ?? around;
  if (trace === undefined) {
    const reason = `X-Ray segment with trace id ${found(segment['trace_id'])} (expected 1-8 hex digits-24 hex digits)`;
    return rejected(reason, where);
  }
  const parts = partsOf(segment);
  const all = parts.map(({ said }) => said);
  const document: Document = { trace, truncated, exceptions: exceptionsOf(all), received: receivedInMetadata(all) };
  const records: SpanRecord[] = [];
  const rejects: Reject[] = [];
  for (const [n, part] of parts.entries()) {
    const read = spanRecord(part, document);
    if (typeof read === 'string') rejects.push({ reason: read, where: n === 0 ? where : `${where} subsegment ${n}` });
    else records.push(read);
  }
  return { records, rejects, quiet: 0 };
}

/** The segment and all that is nested in it, parents first; without recursion, for nobody limits the depth. */
function partsOf(segment: Fields): readonly Placed[] {
  const parts: Placed[] = [{ said: segment, within: undefined }];
  // Grows while it is walked.
  for (const { said, within } of parts) {
    const inside = spanId(text(said['id']) ?? '') ?? within;
    for (const subsegment of list(said['subsegments'])) parts.push({ said: fields(subsegment), within: inside });
  }
  return parts;
}

function spanRecord({ said, within }: Placed, { trace, truncated, exceptions, received }: Document): SpanRecord | string {
  const id = spanId(text(said['id']) ?? '');
  if (id === undefined) return `X-Ray segment with id ${found(said['id'])} (expected 16 hex digits)`;
  const start = secondsTime(said['start_time']);
  if (start === undefined) return `X-Ray segment starting at ${found(said['start_time'])} (expected seconds since 1970)`;
  const name = text(said['name']);
  if (name === undefined) return `X-Ray segment named ${found(said['name'])} (expected a name)`;
  const isSegment = within === undefined && said['type'] !== 'subsegment';
  const attributes = segmentAttributes(said, { isSegment, truncated, received });
  const kind = kindOf(said, name, isSegment);
  const exceptionsThrown = thrownBy(said['cause'], exceptions);
  return {
    kind: 'span',
    traceId: trace,
    spanId: id,
    parentSpanId: within ?? spanId(text(said['parent_id']) ?? ''),
    service: isSegment ? nameText(name) : undefined,
    operation: nameText(operationOf(said, name, isSegment)),
    spanKind: kind,
    resource: resourceOf(said, name, attributes, kind),
    start,
    end: said['in_progress'] === true ? undefined : secondsTime(said['end_time']),
    ...outcome({
      status: hasFailed(said, kind) ? 'error' : 'unset',
      message: text(fields(said['cause'])['message']),
      kind,
      attributes,
      exceptions: exceptionsThrown,
    }),
    attributes,
    links: linksOf(said['links']),
  };
}

/** Lambda takes an event from its own queue, as often as it takes. https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html */
const ATTEMPT = /^Attempt #\d+$/;

/** `remote` is HTTP to another service, `aws` a call of the AWS SDK; everything else in a segment happened inside it. */
function kindOf(said: Fields, name: string, isSegment: boolean): SpanKind {
  if (isSegment) return 'server';
  if (ATTEMPT.test(name)) return 'consumer';
  return said['namespace'] === 'aws' || said['namespace'] === 'remote' ? 'client' : 'internal';
}

function resourceOf(said: Fields, name: string, attributes: Attributes, kind: SpanKind): string | undefined {
  const known = awsResource(attributes, kind);
  return known ?? (said['namespace'] === 'aws' ? resourceOfService(name) : undefined);
}

/**
 * `fault`: the callee's fault, `error`: the caller's, `throttle`: an error that says "later". What answered somebody else's bad
 * request did not fail; but Lambda sets `error` where the function threw.
 */
function hasFailed(said: Fields, kind: SpanKind): boolean {
  if (said['fault'] === true) return true;
  const refused = said['error'] === true || said['throttle'] === true;
  return refused && (kind !== 'server' || /^AWS::Lambda/.test(text(said['origin']) ?? ''));
}

/** A link to what this caused (`child`) is said again, the right way round, by the segment at its other end. */
function linksOf(links: unknown): readonly SpanLink[] {
  return list(links)
    .slice(0, LINKS)
    .filter(isFields)
    .filter((link) => fields(link['attributes'])['aws.xray.reserved.reference_type'] !== 'child')
    .flatMap((link): SpanLink[] => {
      const [trace, span] = [traceId(text(link['trace_id']) ?? ''), spanId(text(link['id']) ?? '')];
      return trace === undefined || span === undefined ? [] : [{ traceId: trace, spanId: span }];
    });
}
