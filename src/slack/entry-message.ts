import type { KnownBlock } from '@slack/types';
import type { Incident } from '../incident/incident.ts';
import { SECTION_CHARACTERS } from './limits.ts';
import { entryWords } from './standing-words.ts';
import { type Times, UTC_TIMES } from './times.ts';

export type EntryMessage = { readonly text: string; readonly blocks: KnownBlock[] };

/** By this a reply is found again when the answer to its post was lost; Slack gives blocks back with their ids. */
export const entryBlockId = (incidentId: string, index: number): string => `entry ${incidentId} ${index}`.slice(-255);

/** One change of the incident, told in its thread. */
export function entryMessage({ id, log }: Pick<Incident, 'id' | 'log'>, index: number, times: Times): EntryMessage | undefined {
  const entry = log[index];
  if (!entry) return undefined;
  const text = entryWords(entry, times).slice(0, SECTION_CHARACTERS);
  return {
    text: entryWords(entry, UTC_TIMES).slice(0, SECTION_CHARACTERS),
    blocks: [{ type: 'context', block_id: entryBlockId(id, index), elements: [{ type: 'mrkdwn', text, verbatim: true }] }],
  };
}
