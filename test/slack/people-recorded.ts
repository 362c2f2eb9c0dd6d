import type { Changed } from '../../src/ports.ts';
import type { People, Report } from '../../src/slack/people.ts';
import { acknowledged } from './samples.ts';

type Asked = readonly [what: string, ...with_: unknown[]];

/** Callbacks that write down what they were asked, answer what the test says, and what they reported. */
export function recordedPeople() {
  const asked: Asked[] = [];
  const refused: string[] = [];
  const failed: { readonly error: unknown; readonly doing: string }[] = [];
  let wait = 0;
  let answer: () => Promise<Changed> = async () => ({ kind: 'changed', incident: acknowledged() });
  const change =
    (what: string) =>
    (...args: unknown[]): Promise<Changed> => {
      asked.push([what, ...args]);
      return answer();
    };
  const on: People = {
    change: change('change'),
    snooze: change('snooze'),
    inThread: change('inThread'),
    mute: async (incidentId, user) => {
      asked.push(['mute', incidentId, user]);
      return 'done';
    },
    unmute: async (incidentId) => {
      asked.push(['unmute', incidentId]);
      return 'done';
    },
    incidents: async () => [acknowledged()],
    home: async (user) => void asked.push(['home', user]),
    trace: async (question) => {
      asked.push(['trace', question]);
      await answer();
      return wait;
    },
    unfurl: async (links) => void asked.push(['unfurl', links]),
    command: async (name, text, user) => {
      asked.push(['command', name, text, user]);
      await answer();
      return `*${name}* heard ${text}`;
    },
  };
  const report: Report = {
    refused: (why) => void refused.push(why),
    failed: (error, doing) => void failed.push({ error, doing }),
  };
  const waiting = (ms: number): void => {
    wait = ms;
  };
  const answering = (next: () => Promise<Changed>): void => {
    answer = next;
  };
  return { on, report, asked, refused, failed, answering, waiting };
}
