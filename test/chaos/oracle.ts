import { grouped } from '../../src/trace/grouped.ts';
import { messages, type SlackMessage } from '../world/local-slack-control.ts';
import type { Failure } from './workload.ts';

/** What a person sees in the channel, held against what was sent. All of it is empty when every promise is kept. */
export type Verdict = {
  readonly lost: readonly string[];
  readonly duplicateThreads: readonly string[];
  readonly wrongCounts: readonly string[];
  readonly lostPictures: readonly string[];
  readonly doublePictures: readonly string[];
};

export type Workspace = { readonly url: string; readonly channels: readonly string[] };

/** `sent`: how many transactions with this failure were confirmed. */
export async function judge({ url, channels }: Workspace, sent: ReadonlyMap<Failure, number>): Promise<Verdict> {
  const all = (await Promise.all(channels.map((channel) => messages(url, channel)))).flat();
  const roots = all.filter((message) => message.thread_ts === undefined);
  const threads = grouped(all, (message) => `${message.channel} ${message.thread_ts}`);
  const found = [...sent].map(([failure, count]) => ({ failure, count, roots: roots.filter((root) => tells(root, failure)) }));
  const single = found.flatMap(({ failure, count, roots: [root] }) => (root ? [{ failure, count, root }] : []));
  const pictures = single.map(({ failure, root }) => ({
    failure,
    shown: (threads.get(`${root.channel} ${root.ts}`) ?? []).flatMap(picturesOf).length,
  }));
  return {
    lost: found.filter((one) => one.roots.length === 0).map(({ failure }) => failure.service),
    duplicateThreads: found.filter((one) => one.roots.length > 1).map(({ failure }) => failure.service),
    wrongCounts: single
      .filter(({ count, root }) => countOf(root) !== count)
      .map(({ failure, count, root }) => `${failure.service}: ${countOf(root)} instead of ${count}`),
    lostPictures: pictures.filter(({ shown }) => shown === 0).map(({ failure }) => failure.service),
    doublePictures: pictures.filter(({ shown }) => shown > 1).map(({ failure }) => failure.service),
  };
}

export const isClean = (verdict: Verdict): boolean => Object.values(verdict).every((faults) => faults.length === 0);

const tells = (root: SlackMessage, { service }: Failure): boolean => root.files === undefined && textOf(root).includes(service);

const textOf = (message: SlackMessage): string => `${JSON.stringify(message.blocks ?? [])} ${message.text}`;

/** As the root says it: `*1,204 transactions*`, or `*Once*`. */
function countOf(root: SlackMessage): number {
  const [, digits] = /\*([\d,]+) transactions\*/.exec(textOf(root)) ?? [];
  return digits === undefined ? 1 : Number(digits.replaceAll(',', ''));
}

const picturesOf = (message: SlackMessage) => (message.files ?? []).filter((file) => 'url_private' in file);
