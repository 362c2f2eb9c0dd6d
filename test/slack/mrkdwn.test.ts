import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { capped, code, codeBlock, escaped, mention, oneLine, plain, plainEscaped, prose } from '../../src/slack/mrkdwn.ts';
import { doing, parsedMrkdwn, seen } from './parsed-mrkdwn.ts';

/** Strings that look for trouble: Slack's own markup among anything else. */
const nasty = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '<!channel>',
          '<!here|here>',
          '<@U0MAYA>',
          '<#C0OPS|ops>',
          '<https://evil.example|console>',
          '@here',
          '#ops',
        ),
        fc.constantFrom(
          '`',
          '```',
          '*',
          '_',
          '~',
          '<',
          '>',
          '&',
          '&lt;',
          '|',
          '\n',
          ' ',
          '\u202e',
          '\u0000',
          '\ud800',
          '(',
          ').',
          '"',
        ),
        fc.constantFrom('http://a.io/x', 'www.a.io', 'a@b.io', 'mailto:x', 'ledger.internal', ':fire:', 'a.b', 'tel:+1'),
        fc.string({ maxLength: 6 }),
      ),
      { maxLength: 30 },
    )
    .map((parts) => parts.join('')),
);

describe('text that comes from outside', () => {
  test('does nothing in a sentence but be read', () => {
    fc.assert(
      fc.property(nasty, (text) => void expect(doing(prose(text))).toEqual([])),
      { numRuns: 3_000 },
    );
  });

  test('does nothing in a code span, and does not leave it', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const pieces = parsedMrkdwn(code(text));
        expect(pieces.every(({ kind }) => kind === 'code') || pieces.map((piece) => piece.text).join('') === '–').toBe(true);
        expect(pieces.length).toBe(1);
      }),
      { numRuns: 3_000 },
    );
  });

  test('does nothing in a code block, and does not leave it', () => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 12, max: 200 }), (text, max) => {
        const block = codeBlock(text, max);
        expect(parsedMrkdwn(block).map(({ kind }) => kind)).toEqual(['code']);
        expect(block.length).toBeLessThanOrEqual(max);
      }),
      { numRuns: 2_000 },
    );
  });

  test('calls nobody where no markup is read', () => {
    fc.assert(
      fc.property(nasty, (text) => void expect(plainEscaped(text, 500)).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/)),
      { numRuns: 2_000 },
    );
  });

  test('keeps to its length, however it is escaped', () => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 8, max: 60 }), (text, max) => {
        for (const written of [prose(text, max), code(text, max), plain(text, max), plainEscaped(text, max)]) {
          expect(written.length).toBeLessThanOrEqual(max);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('is one visible line, readable from left to right', () => {
    fc.assert(fc.property(nasty, (text) => void expect(oneLine(text)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)));
  });

  test('says all of a short text', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z0-9_<>&@#.:/-]{1,12}$/), { minLength: 1, maxLength: 8 }), (words) => {
        expect(seen(prose(words.join(' ')))).toBe(words.join(' '));
      }),
    );
  });
});

describe('a sentence', () => {
  test.each([
    ['payments waits for ledger', 'payments waits for ledger'],
    ['orders_table is throttled', '`orders_table` is throttled'],
    ['see (ledger.internal).', 'see (`ledger.internal`).'],
    ['took 2.98 s of 3.00 s.', 'took 2.98 s of 3.00 s.'],
    ['a <!channel> b', 'a `&lt;!channel&gt;` b'],
    ['Q&A', 'Q&amp;A'],
    ['call *now*', 'call `*now*`'],
    ['at 10:30:15', 'at 10:30:15'],
    ['', ''],
  ])('writes %j as %j', (text, written) => {
    expect(prose(text)).toBe(written);
  });
});

describe('what does not fit', () => {
  test('ends in an ellipsis', () => {
    expect(prose('payments waits for the ledger', 20)).toBe('payments waits for…');
  });

  test('is cut between whole characters, never within one', () => {
    expect(capped('👩‍🚀👩‍🚀👩‍🚀', 12, (kept) => kept)).toBe('👩‍🚀👩‍🚀…');
  });

  test('is counted as sent, escapes included', () => {
    expect(code('<<<<<<<<', 20)).toBe(`\`${escaped('<<<<')}…\``);
  });

  test('drops a single character that is longer than all the room', () => {
    expect(plain(`e${'\u0301'.repeat(500)}`, 10)).toBe('…');
  });

  test('may be a megabyte of what looks like the end of a word', () => {
    expect(prose(')'.repeat(1_000_000), 400)).toHaveLength(400);
  });
});

describe('a person', () => {
  test('is mentioned by the id that Slack gave', () => {
    expect(mention('U0MAYA')).toBe('<@U0MAYA>');
  });

  test.each(['tracefall', '!channel', 'U1> <!here', 'u0maya', ''])('is text when %j is no user id', (user) => {
    expect(doing(mention(user))).toEqual([]);
  });
});
