import type { Storm } from '../incident/storm.ts';
import { errorText } from '../telemetry/error-text.ts';
import { between, spelled } from '../units.ts';
import type { EntryMessage } from './entry-message.ts';
import { HEADER_CHARACTERS, SECTION_CHARACTERS, TOP_LEVEL_CHARACTERS } from './limits.ts';
import { code, plain, plainEscaped, prose } from './mrkdwn.ts';
import { METADATA_TYPE, type RootMessage } from './root-message.ts';
import type { Times } from './times.ts';

/** So many failures at once that a thread for each would hide them: one message with the most frequent. */
export function stormMessage(storm: Storm, times: Times): RootMessage {
  const { top, kinds } = storm;
  const more = kinds - top.length;
  const lines = top.map(({ alert, count }) => {
    const hop = alert.hop.operation === alert.hop.service ? alert.hop.service : `${alert.hop.service} ${alert.hop.operation}`;
    return `*${count.toLocaleString('en')}×* ${code(alert.transaction, 60)} in ${prose(alert.environment, 20)}, at ${code(hop, 60)}`;
  });
  const text = headline(storm);
  const began = `Since ${times.full(storm.began)}, the last new one ${times.clock(storm.last)}`;
  return {
    text: plainEscaped(`${text}. ${summary(storm, inWords)}`, TOP_LEVEL_CHARACTERS),
    blocks: [
      {
        type: 'header',
        block_id: stormKey(storm),
        text: { type: 'plain_text', text: plain(text, HEADER_CHARACTERS), emoji: true },
      },
      { type: 'section', text: { type: 'mrkdwn', text: summary(storm, (said) => code(said, 300)), verbatim: true } },
      ...halves(lines).map((part) => ({
        type: 'section' as const,
        text: { type: 'mrkdwn' as const, text: part, verbatim: true },
      })),
      {
        type: 'context',
        elements: [
          { type: 'mrkdwn', text: more > 0 ? `_and ${more.toLocaleString('en')} kinds more_ · ${began}` : began, verbatim: true },
        ],
      },
    ],
    metadata: { event_type: METADATA_TYPE, event_payload: { id: stormKey(storm) } },
  };
}

/** Distinct from every incident's id. */
export const stormKey = ({ id }: Pick<Storm, 'id'>): string => `storm-${id}`;

/** Told in the thread when nothing new has come for a while. */
export function overMessage(storm: Storm): EntryMessage {
  const text = plainEscaped(`${headline(storm)}. ${summary(storm, inWords)}`, TOP_LEVEL_CHARACTERS);
  return { text, blocks: [{ type: 'context', block_id: stormKey(storm), elements: [{ type: 'mrkdwn', text, verbatim: true }] }] };
}

function headline(storm: Storm): string {
  const kinds = `${storm.kinds.toLocaleString('en')} more kinds of failure at once`;
  return storm.over ? `🌥️ The storm is over: ${kinds}` : `🌪️ A storm: ${kinds}`;
}

type Quoted = (said: string) => string;

/** Where nothing is formatted. */
const inWords: Quoted = (said) => `“${plain(said, 300)}”`;

function summary(storm: Storm, quoted: Quoted): string {
  const lasted = spelled(between(storm.began, storm.last));
  const count = `${storm.transactions.toLocaleString('en')} transactions failed`;
  return storm.over
    ? `${count}, new kinds of failure came for ${lasted}. ${shared(storm, quoted)}What fails again gets a thread of its own.`
    : `${count}. ${shared(storm, quoted)}Something that many things need is probably broken: look at a deployment, a shared service, the network.`;
}

/** The same words of most are the best hint at what all of them need. */
function shared({ top }: Storm, quoted: Quoted): string {
  const times = new Map<string, number>();
  for (const { alert } of top) {
    const said = alert.error ? errorText(alert.error) : '';
    if (said !== '') times.set(said, (times.get(said) ?? 0) + 1);
  }
  const [[said, often] = ['', 0]] = [...times].toSorted(([, a], [, b]) => b - a);
  if (often < 2 || often * 2 <= top.length) return '';
  return `${often === top.length ? 'All of these' : `${often} of these ${top.length}`} say ${quoted(said)}. `;
}

/** Twenty long lines are more than one section holds. */
function halves(lines: readonly string[]): readonly string[] {
  const middle = Math.ceil(lines.length / 2);
  const parts = [lines.slice(0, middle), lines.slice(middle)].filter((part) => part.length > 0);
  return parts.map((part) => part.join('\n').slice(0, SECTION_CHARACTERS));
}
