import type { Incident, Thread } from '../../src/incident/incident.ts';
import type { Chat, Delivery, Place, Reply, Told } from '../../src/ports.ts';

/** What goes wrong with one call: `lost` says unsure though it happened, `dropped` says unsure and it did not. */
export type Fault = 'lost' | 'dropped' | 'refused' | 'unreachable';

export type TwinMessage = { readonly thread: Thread; readonly incident: Incident | undefined; readonly file: string | undefined };

/** Slack in memory, as far as the Chat port shows it; `truth` is what a person would see there. */
export type ChatTwin = {
  readonly chat: Chat;
  readonly truth: {
    readonly roots: TwinMessage[];
    readonly pictures: TwinMessage[];
    readonly replies: Reply[];
    readonly uploads: number;
  };
  /** The next posting or sharing call meets this. */
  readonly fault: (fault: Fault) => void;
  /** A person deletes the root. */
  readonly deleteRoots: () => void;
};

export function chatTwin(channel = 'C0INCIDENTS'): ChatTwin {
  const truth = { roots: [] as TwinMessage[], pictures: [] as TwinMessage[], replies: [] as Reply[], uploads: 0 };
  const faults: Fault[] = [];
  let clock = 0;
  const deliver = (happen: () => Thread): Delivery => {
    const fault = faults.shift();
    if (fault === 'refused') return { kind: 'refused', why: 'not_in_channel' };
    if (fault === 'unreachable') throw new Error('connect ECONNREFUSED');
    if (fault === 'dropped') return { kind: 'unsure', why: 'timeout' };
    const thread = happen();
    return fault === 'lost' ? { kind: 'unsure', why: 'timeout' } : { kind: 'posted', thread };
  };
  const chat: Chat = {
    postRoot: async (incident) =>
      deliver(() => {
        const thread = { channel, ts: `${++clock}.0` };
        truth.roots.push({ thread, incident, file: undefined });
        return thread;
      }),
    findRoot: async (incident) => truth.roots.find((root) => root.incident?.id === incident.id)?.thread,
    editRoot: async (incident, thread) => {
      const at = truth.roots.findIndex((root) => root.thread.ts === thread.ts);
      if (at < 0) return 'gone';
      truth.roots[at] = { thread, incident, file: undefined };
      return 'edited';
    },
    upload: async () => `F${++truth.uploads}`,
    share: async (file: string, _told: Told, place: Place) =>
      deliver(() => {
        const thread = { channel: place.channel, ts: place.ts ?? `${++clock}.0` };
        truth.pictures.push({ thread, incident: undefined, file });
        return thread;
      }),
    findFile: async (file) => truth.pictures.find((picture) => picture.file === file)?.thread,
    removeFile: async (file) => {
      truth.pictures.splice(0, truth.pictures.length, ...truth.pictures.filter((picture) => picture.file !== file));
    },
    respond: async (_url, reply) => {
      truth.replies.push(reply);
    },
  };
  return { chat, truth, fault: (fault) => faults.push(fault), deleteRoots: () => truth.roots.splice(0) };
}
