import type { Incident, Thread } from '../incident/incident.ts';
import type { Deed } from '../incident/life.ts';
import type { Snooze } from '../incident/snooze.ts';
import type { Changed } from '../ports.ts';
import type { Answer, Unfurl } from '../work.ts';

/** What people ask of the bot. Each may throw: then the person is told that it was not confirmed, and nothing else breaks. */
export type People = {
  change(incidentId: string, deed: Deed): Promise<Changed>;
  /** `zone`: the person's, where it is known and needed. */
  snooze(incidentId: string, user: string, choice: Snooze, zone: string | undefined): Promise<Changed>;
  /** The same by what was done to a message; undefined: it starts no incident's thread. */
  inThread(thread: Thread, deed: Deed): Promise<Changed | undefined>;
  mute(incidentId: string, user: string): Promise<'done' | 'unknown'>;
  unmute(incidentId: string): Promise<'done' | 'unknown'>;
  /** The last opened ones. */
  incidents(): Promise<readonly Incident[]>;
  /** Resolves when it is kept that the person's tab is to be completed. */
  home(user: string): Promise<void>;
  /** Resolves to 0 when the question is kept; the answer comes later through its `responseUrl`. Else the person has asked too often, and has to wait that many ms. */
  trace(question: Answer): Promise<number>;
  /** Resolves when it is kept that these links are to be shown. */
  unfurl(links: Unfurl): Promise<void>;
  /** A further slash command, `/shop` say; resolves to what its user is told (mrkdwn made safe). */
  command(name: string, text: string, user: string): Promise<string>;
};

/** What the operator should know of. Never called with a payload or a secret. */
export type Report = {
  /** A request that Slack did not send, or not now: answered 401. */
  refused(why: string): void;
  failed(error: unknown, doing: string): void;
};
