import type { Incident, Thread } from '../../src/incident/incident.ts';
import type { Storm } from '../../src/incident/storm.ts';
import type { Trouble } from '../../src/incident/trouble.ts';
import type { MapScene } from '../../src/map/service-map.ts';
import type { Bulletin, Chat, Delivery, Place, Reply, Told } from '../../src/ports.ts';
import { memoOf, recalled } from '../../src/slack/memo.ts';

/** What goes wrong with one call: `lost` says unsure though it happened, `dropped` says unsure and it did not. */
type Fault = 'lost' | 'dropped' | 'refused' | 'unreachable';

type Root = { readonly thread: Thread; readonly incident: Incident };
type Change = { readonly thread: Thread; readonly entry: string; readonly index: number; readonly broadcast: boolean };
type ToldStorm = { readonly thread: Thread; storm: Storm; over: number };
type ToldTrouble = { readonly thread: Thread; trouble: Trouble };
type Shared = { readonly thread: Thread; readonly file: string; readonly told: Told };

/** Slack in memory, as far as the Chat port shows it; `truth` is what a person would see there. */
export type ChatTwin = {
  readonly chat: Chat;
  readonly channel: string;
  readonly truth: {
    readonly roots: Root[];
    readonly pictures: Shared[];
    readonly entries: Change[];
    readonly storms: ToldStorm[];
    readonly troubles: ToldTrouble[];
    readonly replies: Reply[];
    readonly homes: Map<string, { readonly incidents: readonly Incident[]; readonly map: MapScene | undefined }>;
    /** By the message below which they are shown. */
    readonly unfurled: Map<string, Parameters<Chat['unfurl']>[1]>;
    uploads: number;
  };
  /** The next posting or sharing call meets this. */
  readonly fault: (fault: Fault) => void;
  readonly breakNextRemoval: () => void;
  /** A person deletes every root. */
  readonly deleteRoots: () => void;
};

const idOf = (bulletin: Bulletin): string => ('storm' in bulletin ? bulletin.storm.id : bulletin.trouble.id);
/** Written and read as the real one does. */
const remembered = ({ incident, thread }: Root): Incident | undefined =>
  recalled({ id: incident.id, memo: memoOf(incident) }, thread);
const entryOf = ({ log }: Incident, index: number): string => `${log[index]?.what} by ${log[index]?.by}`;

export function chatTwin(channel = 'C0INCIDENTS'): ChatTwin {
  const truth: ChatTwin['truth'] = {
    roots: [],
    pictures: [],
    entries: [],
    storms: [],
    troubles: [],
    replies: [],
    unfurled: new Map(),
    homes: new Map(),
    uploads: 0,
  };
  const faults: Fault[] = [];
  let posts = 0;
  let removalBreaks = false;
  const nextTs = (): string => `17950000${String(++posts).padStart(2, '0')}.000001`;
  const rootAt = (thread: Thread): number => truth.roots.findIndex((root) => root.thread.ts === thread.ts);
  const shown = (file: string, place: Place): Shared | undefined =>
    truth.pictures.find((picture) => picture.file === file && (place.ts === undefined || picture.thread.ts === place.ts));

  function deliver(happen: () => Thread): Delivery {
    const fault = faults.shift();
    if (fault === 'refused') return { kind: 'refused', why: 'not_in_channel' };
    if (fault === 'unreachable') throw new Error('connect ECONNREFUSED');
    if (fault === 'dropped') return { kind: 'unsure', why: 'timeout' };
    const thread = happen();
    return fault === 'lost' ? { kind: 'unsure', why: 'timeout' } : { kind: 'posted', thread };
  }

  const toldIn = (bulletin: Bulletin): readonly (Bulletin & { readonly thread: Thread })[] =>
    'storm' in bulletin ? truth.storms : truth.troubles;

  const chat: Chat = {
    postRoot: async (incident, channel) =>
      deliver(() => {
        const thread = { channel, ts: nextTs() };
        truth.roots.push({ thread, incident });
        return thread;
      }),
    findRoot: async (incident) => truth.roots.find((root) => root.incident.id === incident.id)?.thread,
    rootsIn: async (asked) => ({
      ...{ kind: 'read', isAll: true },
      incidents: asked === channel ? truth.roots.flatMap((root) => remembered(root) ?? []) : [],
    }),
    editRoot: async (incident, thread) => {
      const at = rootAt(thread);
      if (at < 0) return 'gone';
      truth.roots[at] = { thread, incident };
      return 'edited';
    },
    postBulletin: async (bulletin, channel) =>
      deliver(() => {
        const thread = { channel, ts: nextTs() };
        if ('storm' in bulletin) truth.storms.push({ thread, over: 0, ...bulletin });
        else truth.troubles.push({ thread, ...bulletin });
        return thread;
      }),
    findBulletin: async (bulletin) => toldIn(bulletin).find((told) => idOf(told) === idOf(bulletin))?.thread,
    editBulletin: async (bulletin, thread) => {
      const told = toldIn(bulletin).find((each) => each.thread.ts === thread.ts);
      if (!told) return 'gone';
      Object.assign(told, bulletin);
      return 'edited';
    },
    postStormOver: async (storm, thread) =>
      deliver(() => {
        for (const told of truth.storms) if (told.storm.id === storm.id) told.over += 1;
        return thread;
      }),
    findStormOver: async (storm, thread) => truth.storms.find((told) => told.storm.id === storm.id && told.over > 0) && thread,
    postEntry: async (incident, index, thread, broadcast) =>
      deliver(() => {
        truth.entries.push({ thread, entry: entryOf(incident, index), index, broadcast });
        return { channel, ts: nextTs() };
      }),
    findEntry: async (_incident, index, thread) =>
      truth.entries.find((told) => told.index === index && told.thread.ts === thread.ts)?.thread,
    upload: async () => `F${++truth.uploads}`,
    share: async (file, told, place) => {
      if (place.channel !== channel) return { kind: 'refused', why: 'channel_not_found' };
      return deliver(() => {
        const thread = { channel, ts: place.ts ?? nextTs() };
        truth.pictures.push({ thread, file, told });
        return thread;
      });
    },
    findFile: async (file, place) => shown(file, place)?.thread,
    removePicture: async (file, place) => {
      if (removalBreaks) {
        removalBreaks = false;
        throw new Error('socket hang up');
      }
      const picture = shown(file, place);
      if (picture) truth.pictures.splice(truth.pictures.indexOf(picture), 1);
    },
    unfurl: async (message, links) => {
      truth.unfurled.set(message.ts, links);
    },
    showHome: async (user, incidents, map) => {
      truth.homes.set(user, { incidents, map });
    },
    names: async (users) => new Map(users.flatMap((user) => (user === 'U0MAYA' ? [[user, 'Maya Okafor']] : []))),
    respond: async (_url, reply) => {
      truth.replies.push(reply);
    },
  };
  return {
    ...{ chat, channel, truth, fault: (fault) => faults.push(fault), deleteRoots: () => truth.roots.splice(0) },
    breakNextRemoval: () => {
      removalBreaks = true;
    },
  };
}
