import type { KnownBlock } from '@slack/types';
import type { ToldTransaction } from '../ports.ts';
import { summary, whereItBelongs } from './answer-message.ts';
import { codeBlock } from './mrkdwn.ts';
import type { Times } from './times.ts';

/** Of three links together less than what one message may hold. */
const DRAWING_CHARACTERS = 1_800;

type Link = { readonly url: string; readonly told: ToldTransaction };

/** What Slack shows below the links: how it ended, where and why, and the waterfall in characters. By address, as it was posted. */
export const unfurls = (
  links: readonly Link[],
  times: Times,
): Readonly<Record<string, { readonly blocks: readonly KnownBlock[] }>> =>
  Object.fromEntries(links.map(({ url, told }) => [url, { blocks: blocksOf(told, times) }]));

function blocksOf(told: ToldTransaction, times: Times): readonly KnownBlock[] {
  const mrkdwn = (text: string) => ({ type: 'mrkdwn', text, verbatim: true }) as const;
  return [
    { type: 'section', text: mrkdwn(summary(told, times)) },
    { type: 'section', text: mrkdwn(codeBlock(told.telling.drawing, DRAWING_CHARACTERS)) },
    { type: 'context', elements: [mrkdwn(whereItBelongs(told))] },
  ];
}
