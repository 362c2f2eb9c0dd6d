import { expect, test } from 'vitest';
import { noteOf } from '../../src/slack/habits.ts';

/** As Slack sends it. https://docs.slack.dev/reference/events/message */
const reply = (text: string, more: object = {}) => ({
  ...{ type: 'message', channel: 'C0INCIDENTS', user: 'U0JONAS', text, ts: '2.000001', event_ts: '2.000001' },
  ...{ channel_type: 'channel', thread_ts: '1.000001', ...more },
});

test('a reply that begins with note: is a note of its writer, and stands in the thread already', () => {
  expect(noteOf(reply('note: rolled back'))).toEqual({
    thread: { channel: 'C0INCIDENTS', ts: '1.000001' },
    deed: { kind: 'note', by: 'U0JONAS', text: 'rolled back', message: '2.000001' },
  });
});

test.each([
  ['a bot writes', { bot_id: 'B1' }],
  ['was edited', { subtype: 'message_changed' }],
  ['stands in no thread', { thread_ts: undefined }],
])('what %s is none', (_, more) => {
  expect(noteOf(reply('note: x', more))).toBeUndefined();
});

test.each([
  ['note: rolled back', 'rolled back'],
  ['Note:it was DNS\nagain', 'it was DNS\nagain'],
  ['  NOTE: x', 'x'],
  ['note:', undefined],
  ['a note: x', undefined],
  ['notes: x', undefined],
])('in %j the note is %j', (text, note) => {
  const deed = noteOf(reply(text))?.deed;

  expect(deed?.kind === 'note' ? deed.text : undefined).toBe(note);
});
