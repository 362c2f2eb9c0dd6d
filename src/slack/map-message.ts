import { mapDrawn, mapHeadline } from '../map/map-drawn.ts';
import type { MapScene } from '../map/service-map.ts';
import { mapFacts } from '../map/words.ts';
import { xrayTraceId } from '../telemetry/ids.ts';
import type { MapQuestion } from '../work.ts';
import { code, codeBlock, prose } from './mrkdwn.ts';

/** The words beside a service map; below 1,000 characters. */
export function mapMessage(map: MapScene): string {
  return [`*${prose(mapHeadline(map), 300)}*`, prose(mapFacts(map).join(' · '), 400), ...furtherMaps(map)].join('\n');
}

/** Told with the map of everything: whoever asked for less knows how. */
const furtherMaps = ({ window, about }: MapScene): readonly string[] =>
  window === undefined || about !== undefined
    ? []
    : [`With a service's name ${code('/trace map')} shows what is around it, with a trace id one transaction.`];

/** A file's title is no mrkdwn. */
export const mapTitle = (map: MapScene): string => `Service map: ${mapHeadline(map)}`;

/** Slack's column on a laptop, and what of a message is left to the drawing. */
const DRAWING_COLUMNS = 76;
const DRAWING_CHARACTERS = 4_000;

/** The drawing begins with the headline and the facts. */
export const mapInWords = (map: MapScene): string =>
  [codeBlock(mapDrawn(map, DRAWING_COLUMNS), DRAWING_CHARACTERS), ...furtherMaps(map)].join('\n');

/** First words, while it is looked for. */
export function mapAsked({ traceId, service }: MapQuestion): string {
  if (traceId !== undefined) return `Drawing what trace ${code(xrayTraceId(traceId))} called …`;
  return service === undefined
    ? 'Drawing what called what in the last 15 minutes …'
    : `Drawing what is around ${code(service)} …`;
}

export function noMapMessage({ traceId, service }: MapQuestion): string {
  if (traceId !== undefined) return `I know nothing of trace ${code(xrayTraceId(traceId))}.`;
  const what = service === undefined ? 'No trace reached me' : `I saw no span of ${code(service)}`;
  return `${what} in the last 15 minutes.\nA service is named as its spans name it: ${code('service.name')} of OpenTelemetry, the function's name of X-Ray.`;
}
