import type { TraceId } from '../telemetry/ids.ts';
import { traceId } from '../telemetry/ids.ts';

export type TraceCommand =
  | { readonly kind: 'trace'; readonly traceId: TraceId }
  | { readonly kind: 'request'; readonly requestId: string }
  | { readonly kind: 'map'; readonly traceId?: TraceId; readonly service?: string }
  | { readonly kind: 'help' }
  /** `why` is for the person who asked. */
  | { readonly kind: 'bad'; readonly why: string };

/** Slack cuts a message here, so nothing longer is ever typed; what is pasted by other means is not searched further. */
const SEARCHED_CHARACTERS = 40_000;

/** `1-5759e988-bd862e3fe1be46a994272793`, wherever it stands: `Root=1-…;Parent=…`, a console address, a log line. */
const XRAY = /(?<![0-9a-z])1-[0-9a-f]{8}-[0-9a-f]{24}(?![0-9a-z])/i;
/** A Lambda request id: a UUID in its usual writing. */
const UUID = /(?<![0-9a-z-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-z-])/i;
/** 32 hex digits, also between the dashes of a `traceparent`. */
const W3C = /(?<![0-9a-z])[0-9a-f]{32}(?![0-9a-z])/i;

/** Reads what follows `/trace`: an id of any kind, bare or within something pasted. The most particular form wins. */
export function readTraceCommand(text: string): TraceCommand {
  const asked = unescaped(text.slice(0, SEARCHED_CHARACTERS)).trim();
  if (asked === '' || /^(help|\?)$/i.test(asked)) return { kind: 'help' };
  const aroundWhat = MAP.exec(asked)?.[1];
  if (aroundWhat !== undefined) return readMap(text.trim(), aroundWhat);
  const found = (XRAY.exec(asked) ?? W3C.exec(asked))?.[0];
  const id = found === undefined ? undefined : traceId(found);
  if (id) return { kind: 'trace', traceId: id };
  const requestId = UUID.exec(asked)?.[0].toLowerCase();
  if (requestId) return { kind: 'request', requestId };
  if (found !== undefined) return { kind: 'bad', why: 'A trace id of zeros only names no trace.' };
  return { kind: 'bad', why: 'There is no trace id or request id in that.' };
}

/** `map`, and what it should be of. */
const MAP = /^map(?:$|\s+(?=\S))(.*)$/is;
/** X-Ray's names of segments may have 200 characters; OpenTelemetry's of services have no limit. */
const SERVICE_CHARACTERS = 200;

/** Of one transaction when there is a trace id in it, else around the service of that name, as it was typed. */
function readMap(typed: string, aroundWhat: string): TraceCommand {
  const found = (XRAY.exec(aroundWhat) ?? W3C.exec(aroundWhat))?.[0];
  const id = found === undefined ? undefined : traceId(found);
  if (id) return { kind: 'map', traceId: id };
  const service = typed.slice('map'.length).trim().slice(0, SERVICE_CHARACTERS);
  return service === '' ? { kind: 'map' } : { kind: 'map', service };
}

/** Console addresses carry ids percent-encoded (`%3A`, and CloudWatch's own `$252F`): the neighbours of an id must not look like digits. */
const unescaped = (text: string): string => text.replace(/[%$](25)?[0-9a-f]{2}/gi, ' ');
