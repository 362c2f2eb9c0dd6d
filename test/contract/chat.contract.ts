import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Incident, Thread } from '../../src/incident/incident.ts';
import type { Chat, Delivery, Place, Told } from '../../src/ports.ts';
import { micros } from '../../src/units.ts';
import { acknowledged, incident, picture, telling } from '../slack/samples.ts';

export type ChatUnderTest = {
  readonly chat: Chat;
  /** A conversation that the bot is in. */
  readonly channel: string;
  stop(): Promise<void>;
};

const LONG_AGO = micros(0);
const told = (changes: Partial<Told> = {}): Told => ({ telling: telling(), incident: undefined, askedBy: undefined, ...changes });

/** What every Chat must keep, the twin in memory and the door to Slack alike. */
export function chatContract(name: string, start: () => Promise<ChatUnderTest>): void {
  describe(`a chat: ${name}`, () => {
    let under: ChatUnderTest;
    let made = 0;
    const fresh = (): Incident => {
      made += 1;
      return incident({ id: `contract-${made}` });
    };
    const inChannel = (): Place => ({ channel: under.channel, ts: undefined, since: LONG_AGO });
    const inThread = ({ channel, ts }: Thread): Place => ({ channel, ts, since: LONG_AGO });
    const postRoot = async (one: Incident): Promise<Thread> => threadOf(await under.chat.postRoot(one, under.channel));
    const share = async (place: Place): Promise<string> => {
      const file = await under.chat.upload(picture(), told());
      await under.chat.share(file, told(), place);
      return file;
    };

    beforeAll(async () => {
      under = await start();
    });
    afterAll(() => under.stop());

    test('says where the root is', async () => {
      expect(await postRoot(fresh())).toEqual({ channel: under.channel, ts: expect.stringMatching(/./) });
    });

    test('finds the root that an unsure attempt left behind, by its incident', async () => {
      const mine = fresh();
      const thread = await postRoot(mine);
      await postRoot(fresh());

      expect(await under.chat.findRoot(mine, under.channel, LONG_AGO)).toEqual(thread);
    });

    test('finds no root for an incident that was never posted', async () => {
      await postRoot(fresh());

      expect(await under.chat.findRoot(fresh(), under.channel, LONG_AGO)).toBeUndefined();
    });

    test('finds the root still after it was edited', async () => {
      const mine = fresh();
      const thread = await postRoot(mine);
      await under.chat.editRoot(acknowledged({ id: mine.id }), thread);

      expect(await under.chat.findRoot(mine, under.channel, LONG_AGO)).toEqual(thread);
    });

    test('tells what its roots say of their incidents, after an edit too', async () => {
      const mine = fresh();
      const thread = await postRoot(mine);
      await under.chat.editRoot(acknowledged({ id: mine.id, count: 31 }), thread);
      const roots = await under.chat.rootsIn(under.channel, LONG_AGO);

      expect(roots).toMatchObject({ kind: 'read', isAll: true });
      expect(roots.kind === 'read' && roots.incidents.filter(({ id }) => id === mine.id)).toMatchObject([
        { thread, count: 31, life: { state: 'acknowledged', by: 'U0MAYA' }, alert: { signature: 'f00d' } },
      ]);
    });

    test('edits twice as once', async () => {
      const mine = fresh();
      const thread = await postRoot(mine);
      await under.chat.editRoot(mine, thread);

      expect(await under.chat.editRoot(mine, thread)).toBe('edited');
    });

    test('says when the root to be edited is gone', async () => {
      expect(await under.chat.editRoot(fresh(), { channel: under.channel, ts: '1000000000.000001' })).toBe('gone');
    });

    test('shows a picture in a thread only after it was shared', async () => {
      const place = inThread(await postRoot(fresh()));
      const file = await under.chat.upload(picture(), told());
      const before = await under.chat.findFile(file, place);
      const delivery = await under.chat.share(file, told(), place);

      expect(before).toBeUndefined();
      expect(threadOf(delivery)).toEqual({ channel: place.channel, ts: place.ts });
      expect(await under.chat.findFile(file, place)).toEqual({ channel: place.channel, ts: place.ts });
    });

    test('finds a picture in its own thread only', async () => {
      const [mine, other] = [await postRoot(fresh()), await postRoot(fresh())];
      const file = await share(inThread(mine));

      expect(await under.chat.findFile(file, inThread(other))).toBeUndefined();
    });

    test('shows a picture in a channel, where somebody asked for it', async () => {
      const asked = told({ askedBy: 'U0MAYA' });
      const file = await under.chat.upload(picture(), asked);
      const delivery = await under.chat.share(file, asked, inChannel());

      expect(await under.chat.findFile(file, inChannel())).toEqual(threadOf(delivery));
    });

    test('is refused where there is no such conversation', async () => {
      const file = await under.chat.upload(picture(), told());
      const nowhere = { ...inChannel(), channel: 'C0NOWHERE' };

      expect(await under.chat.share(file, told(), nowhere)).toEqual({ kind: 'refused', why: expect.stringMatching(/./) });
    });

    test('removes a picture, and removes it again without complaint', async () => {
      const place = inThread(await postRoot(fresh()));
      const file = await share(place);
      await under.chat.removePicture(file, place);
      await under.chat.removePicture(file, place);

      expect(await under.chat.findFile(file, place)).toBeUndefined();
    });
  });
}

function threadOf(delivery: Delivery): Thread {
  if (delivery.kind !== 'posted') throw new Error(`expected a message to be posted, not ${JSON.stringify(delivery)}`);
  return delivery.thread;
}
