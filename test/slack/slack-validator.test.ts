import { expect, test } from 'vitest';
import { rootMessage } from '../../src/slack/root-message.ts';
import { mrkdwnViolations } from '../world/slack-blocks.ts';
import { responseViolations, violations } from '../world/slack-validator.ts';
import { incident } from './samples.ts';

/** The judge is judged first: each of these Slack, or our own promise, would refuse. */
const good = { channel: 'C0INCIDENTS', ...rootMessage(incident()), unfurl_links: false, unfurl_media: false, parse: 'none' };
const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } });
const button = (id: string) => ({ type: 'button', action_id: id, text: { type: 'plain_text', text: 'x' } });

test('a good message is let through', () => {
  expect(violations('chat.postMessage', good)).toEqual([]);
});

test.each<[string, Record<string, unknown>]>([
  ['no text', { text: undefined }],
  ['an empty text', { text: '' }],
  ['a text too long to be shown', { text: 'x'.repeat(4_001) }],
  ['51 blocks', { blocks: Array.from({ length: 51 }, () => ({ type: 'divider' })) }],
  ['an unknown block', { blocks: [{ type: 'sparkline' }] }],
  ['an unknown field', { blocks: [{ ...section('x'), colour: 'red' }] }],
  ['a section too long', { blocks: [section('x'.repeat(3_001))] }],
  ['an empty section', { blocks: [section('')] }],
  ['blocks too long together', { blocks: Array.from({ length: 5 }, () => section('x'.repeat(2_900))) }],
  ['a header too long', { blocks: [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }] }],
  ['a header with markup', { blocks: [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }] }],
  ['text that Slack may make links of', { blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'x' } }] }],
  ['a button value too long', { blocks: [{ type: 'actions', elements: [{ ...button('a'), value: 'x'.repeat(2_001) }] }] }],
  ['an action id too long', { blocks: [{ type: 'actions', elements: [button('a'.repeat(256))] }] }],
  ['one action id twice', { blocks: [{ type: 'actions', elements: [button('a'), button('a')] }] }],
  ['26 buttons', { blocks: [{ type: 'actions', elements: Array.from({ length: 26 }, (_, at) => button(`a${at}`)) }] }],
  [
    'one block id twice',
    {
      blocks: [
        { type: 'divider', block_id: 'a' },
        { type: 'divider', block_id: 'a' },
      ],
    },
  ],
  ['a picture without words', { blocks: [{ type: 'image', image_url: 'https://x.example/y.png' }] }],
  ['metadata without a type', { metadata: { event_payload: {} } }],
  ['metadata that nests', { metadata: { event_type: 'x', event_payload: { a: { b: 1 } } } }],
  ['link_names', { link_names: true }],
  ['a broadcast', { text: '<!channel> fire' }],
  ['previews', { unfurl_links: true }],
  ['a broadcast reply', { reply_broadcast: true }],
  ['parse: full', { parse: 'full' }],
])('a message with %s is not', (_, wrong) => {
  expect(violations('chat.postMessage', { ...good, ...wrong })).not.toEqual([]);
});

test.each<[string, string, Record<string, unknown>]>([
  ['an unknown method', 'chat.scream', {}],
  ['a picture without alt text', 'files.getUploadURLExternal', { filename: 'a.png', length: 1 }],
  [
    'alt text under the name of the SDK',
    'files.getUploadURLExternal',
    { filename: 'a.png', length: 1, alt_txt: 'x', alt_text: 'x' },
  ],
  ['alt text too long', 'files.getUploadURLExternal', { filename: 'a.png', length: 1, alt_txt: 'x'.repeat(1_001) }],
  [
    'a modal whose title is too long',
    'views.open',
    {
      trigger_id: '1',
      view: { type: 'modal', title: { type: 'plain_text', text: 'x'.repeat(25) }, blocks: [{ type: 'divider' }] },
    },
  ],
  ['an edit without blocks', 'chat.update', { channel: 'C0X', ts: '1795356128.000200', text: 'x', parse: 'none' }],
])('a call with %s is not', (_, method, args) => {
  expect(violations(method, args)).not.toEqual([]);
});

test.each(['<!here>', '<https://evil.example|console>', '<@U1|x>', '<!subteam^S1>', 'a < b', 'a > b', 'Q&A', '<#C1>'])(
  'the text %j is not',
  (text) => {
    expect(mrkdwnViolations(text)).not.toEqual([]);
  },
);

test.each(['<@U0MAYA>', '<!date^1795356127^{time}|14:02 UTC>', '> quoted', 'a &lt; b &amp; c'])(
  'the text %j is let through',
  (text) => {
    expect(mrkdwnViolations(text)).toEqual([]);
  },
);

test('an answer that replaces the message, or that everybody sees, is not let through', () => {
  expect(responseViolations({ response_type: 'in_channel', replace_original: false, text: 'x' })).not.toEqual([]);
  expect(responseViolations({ response_type: 'ephemeral', replace_original: true, text: 'x' })).not.toEqual([]);
});
