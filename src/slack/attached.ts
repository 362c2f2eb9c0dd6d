import type { Told } from '../ports.ts';
import { spelled } from '../units.ts';
import type { Picture } from '../waterfall/picture.ts';
import { answerMessage } from './answer-message.ts';
import { mapMessage, mapTitle } from './map-message.ts';
import { threadComment } from './thread-comment.ts';
import type { Times } from './times.ts';
import { trendMessage, trendTitle } from './trend-message.ts';

/** A file as it goes to Slack. `altText`: of a picture. */
export type Attached = { readonly name: string; readonly bytes: Uint8Array; readonly altText: string | undefined };

/** The picture, and what comes with it; in the order of their titles. */
export function attached({ png, altText }: Picture, told: Told): readonly Attached[] {
  const picture = { name: pictureName(told), bytes: png, altText };
  if (!('documents' in told)) return [picture];
  return [picture, ...told.documents.map(({ name, text }) => ({ name, bytes: Buffer.from(text), altText: undefined }))];
}

function pictureName(told: Told): string {
  if ('map' in told) return 'service-map.png';
  return 'trend' in told ? 'latency.png' : 'waterfall.png';
}

const OUTCOME = { ok: 'succeeded', failed: 'failed', slow: 'slow' } as const;

/** A file's title is no mrkdwn. */
export function titles(told: Told): readonly string[] {
  if ('map' in told) return [mapTitle(told.map)];
  if ('trend' in told) return [trendTitle(told.trend)];
  if ('documents' in told) return ['Waterfall', ...told.documents.map(({ name }) => name)];
  const { name, outcome, duration } = told.telling;
  return [`${name}, ${OUTCOME[outcome]} after ${spelled(duration)}`];
}

export function besidePicture(told: Told, times: Times): string {
  if ('map' in told) return mapMessage(told.map);
  if ('trend' in told) return trendMessage(told.trend);
  if ('documents' in told)
    return 'The incident as files: its waterfall, a summary in Markdown, the transaction in JSON, its spans in OTLP.';
  return told.askedBy === undefined ? threadComment(told.telling) : answerMessage(told, times);
}
