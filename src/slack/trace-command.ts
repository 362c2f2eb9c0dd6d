import { isExecutionArn } from '../telemetry/event-ids.ts';
import type { TraceId } from '../telemetry/ids.ts';
import { traceId } from '../telemetry/ids.ts';
import { code } from './mrkdwn.ts';

export type TraceCommand =
  | { readonly kind: 'trace'; readonly traceId: TraceId }
  | { readonly kind: 'request'; readonly requestId: string }
  | { readonly kind: 'map'; readonly traceId?: TraceId; readonly service?: string }
  | { readonly kind: 'last'; readonly outcome: 'failed' | 'slow' | undefined; readonly name: string }
  | { readonly kind: 'search'; readonly words: string }
  | { readonly kind: 'incidents' }
  | { readonly kind: 'mute' | 'unmute'; readonly incidentId: string }
  | { readonly kind: 'about'; readonly what: 'export'; readonly incidentId: string }
  | { readonly kind: 'help' }
  /** `why` is for the person who asked. */
  | { readonly kind: 'bad'; readonly why: string };

/** Slack cuts a message here, so nothing longer is ever typed; what is pasted by other means is not searched further. */
const SEARCHED_CHARACTERS = 40_000;
/** Names and words of a search. */
const WORDS_CHARACTERS = 200;

/** `1-5759e988-bd862e3fe1be46a994272793`, wherever it stands: `Root=1-…;Parent=…`, a console address, a log line. */
const XRAY = /(?<![0-9a-z])1-[0-9a-f]{8}-[0-9a-f]{24}(?![0-9a-z])/i;
/** An id of Lambda, SQS, SNS, EventBridge or API Gateway: a UUID in its usual writing. */
const UUID = /(?<![0-9a-z-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-z-])/i;
/** 32 hex digits, also between the dashes of a `traceparent`. */
const W3C = /(?<![0-9a-z])[0-9a-f]{32}(?![0-9a-z])/i;
/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html */
const ARN = /arn:aws[\w-]*:states:[\w-]{1,40}:\d{12}:(?:execution|express):[^\s"'<>|,;)?#&/]{1,400}/i;
/** API Gateway's extended request id, `JKJaXmPLvHcESHA=`. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html */
const GATEWAY = /(?<![\w+/=-])[A-Za-z0-9_+/-]{15}=(?!=)/;

/** Reads what follows `/trace`: a command, or an id of any kind, bare or within something pasted. The most particular form wins. */
export function readTraceCommand(text: string): TraceCommand {
  const asked = text.slice(0, SEARCHED_CHARACTERS).trim();
  if (asked === '' || /^(help|\?)$/i.test(asked)) return { kind: 'help' };
  const aroundWhat = MAP.exec(asked)?.[1];
  if (aroundWhat !== undefined) return readMap(asked, unescaped(aroundWhat));
  return worded(asked) ?? pasted(asked);
}

function worded(asked: string): TraceCommand | undefined {
  const [, word = '', rest = ''] = /^(last|search|incidents|mute|unmute|export)(?:\s+(.*))?$/is.exec(asked) ?? [];
  const words = rest.trim().slice(0, WORDS_CHARACTERS);
  switch (word.toLowerCase()) {
    case 'incidents':
      return { kind: 'incidents' };
    case 'search':
      return words === ''
        ? { kind: 'bad', why: 'Search for what? A service, an operation, an error, a note: `/trace search declined`.' }
        : { kind: 'search', words };
    case 'last':
      return last(words);
    case 'mute':
      return ofIncident('mute', words, (incidentId) => ({ kind: 'mute', incidentId }));
    case 'unmute':
      return ofIncident('unmute', words, (incidentId) => ({ kind: 'unmute', incidentId }));
    case 'export':
      return ofIncident('export', words, (incidentId) => ({ kind: 'about', what: 'export', incidentId }));
    default:
      return undefined;
  }
}

function last(words: string): TraceCommand {
  const [, outcome, name = ''] = /^(?:(failed|slow)(?:\s+|$))?(.*)$/is.exec(words) ?? [];
  if (outcome === undefined && name === '') return { kind: 'bad', why: 'The last of which? Say `/trace last failed checkout`.' };
  const said = outcome?.toLowerCase();
  return { kind: 'last', outcome: said === 'slow' || said === 'failed' ? said : undefined, name };
}

/** An incident is named by the id that its list shows. */
function ofIncident(said: string, words: string, command: (incidentId: string) => TraceCommand): TraceCommand {
  return /^[0-9a-f]{12}$/.test(words)
    ? command(words)
    : { kind: 'bad', why: `Which incident? Say \`/trace ${said}\` and an id that \`/trace incidents\` shows.` };
}

function pasted(text: string): TraceCommand {
  const plain = unescaped(text);
  const found = (XRAY.exec(plain) ?? W3C.exec(plain))?.[0];
  const id = found === undefined ? undefined : traceId(found);
  if (id) return { kind: 'trace', traceId: id };
  const arn = ARN.exec(decoded(text))?.[0];
  if (arn !== undefined && isExecutionArn(arn)) return { kind: 'request', requestId: arn };
  const requestId = UUID.exec(plain)?.[0].toLowerCase() ?? GATEWAY.exec(text)?.[0];
  if (requestId !== undefined) return { kind: 'request', requestId };
  if (found !== undefined) return { kind: 'bad', why: 'A trace id of zeros only names no trace.' };
  return { kind: 'bad', why: notAnId(plain) };
}

function notAnId(text: string): string {
  const typed = text.slice(0, WORDS_CHARACTERS);
  return `I see no id of a trace, request, message or execution in ${code(typed)}. ${code(`/trace search ${typed}`)} looks for these words in incidents.`;
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

/** The colons of an ARN must be colons again. */
const decoded = (text: string): string => text.replace(/[%$](25)?3a/gi, ':').replace(/[%$](25)?[0-9a-f]{2}/gi, ' ');
