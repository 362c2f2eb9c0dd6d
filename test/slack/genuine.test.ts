import { describe, expect, test } from 'vitest';
import { usableSecrets, verdictOn } from '../../src/slack/genuine.ts';
import { EVERYBODY, isWelcome } from '../../src/slack/strangers.ts';
import { commandForm, pressForm, submissionForm } from '../world/slack-signed.ts';
import { forgeries, NOW_MS, sign, signedNow } from './forgeries.ts';

const SECRET = 'a-signing-secret';
const bodies = [
  commandForm('/trace', '1-5759e988-bd862e3fe1be46a994272793', 'http://127.0.0.1:1/'),
  pressForm('acknowledge', 'incident-1', 'http://127.0.0.1:1/'),
  submissionForm({ private_metadata: '{}' }),
].map((form) => Buffer.from(new URLSearchParams(form).toString()));
const [body = Buffer.alloc(0)] = bodies;

describe('a request', () => {
  test('that Slack signed just now is genuine, with the secret and with the one before it', () => {
    for (const each of bodies) expect(verdictOn(signedNow(SECRET, each), [SECRET], NOW_MS)).toBe('genuine');
    expect(verdictOn(signedNow('old', body), ['new', 'old'], NOW_MS)).toBe('genuine');
    expect(verdictOn(signedNow('older', body), ['new', 'old'], NOW_MS)).toBe('signature');
  });

  test.each([
    [-301, 'timestamp'],
    [-300, 'genuine'],
    [300, 'genuine'],
    [301, 'timestamp'],
    [31_536_000, 'timestamp'],
  ])('signed %i s from now is %s', (shift, verdict) => {
    expect(verdictOn(signedNow(SECRET, body, String(NOW_MS / 1_000 + shift)), [SECRET], NOW_MS)).toBe(verdict);
  });

  test.each(['Infinity', '', '0x6b027f5f', '-1', '1.5', '1e9', ' 1', '١٢٣'])('signed at %j is refused for its time', (stamp) => {
    expect(verdictOn({ stamp, signature: sign(SECRET, stamp, body), body }, [SECRET], NOW_MS)).toBe('timestamp');
  });

  test('with one thing wrong is never genuine, whichever it is', () => {
    const taken = [...forgeries(SECRET, bodies, { seed: 5, count: 20_000 })].filter(
      (forged) => verdictOn(forged, [SECRET, 'the one before'], NOW_MS) === 'genuine',
    );
    expect(taken).toEqual([]);
  });
});

test.each([[['']], [[undefined]], [['  ']], [['', 'good']]])('an app whose secret is %j does not start', (secrets) => {
  expect(() => usableSecrets(secrets)).toThrow('The signing secret is empty');
});

describe('who may ask', () => {
  const acme = { ...EVERYBODY, workspaces: new Set(['T0ACME']), channels: new Set(['C0INCIDENTS']) };
  const press = (more = {}) => ({
    team: { id: 'T0ACME' },
    user: { id: 'U1', team_id: 'T0ACME' },
    channel: { id: 'C0INCIDENTS' },
    ...more,
  });

  test.each([
    ['a press in the channel', press(), true],
    ['a command in the channel', { team_id: 'T0ACME', channel_id: 'C0INCIDENTS' }, true],
    ['another workspace', press({ team: { id: 'T0OTHER' } }), false],
    ['another channel', press({ channel: { id: 'C0OTHER' } }), false],
    ['a command elsewhere', { team_id: 'T0ACME', channel_id: 'D0' }, false],
    ['nowhere', { team: { id: 'T0ACME' } }, false],
    ['no names at all', {}, false],
    ['nonsense', { team: 7 }, false],
    ['a guest of Slack Connect', press({ user: { id: 'U2', team_id: 'T0OTHER' } }), false],
  ])('with workspaces and channels named: %s', (_, body, welcome) => {
    expect(isWelcome(body, acme)).toBe(welcome);
  });

  test('a guest of another organisation may not, even where nothing is named', () => {
    expect(isWelcome(press(), EVERYBODY)).toBe(true);
    expect(isWelcome(press({ user: { id: 'U2', team_id: 'T0OTHER' } }), EVERYBODY)).toBe(false);
  });

  test('of an enterprise grid whoever belongs to it', () => {
    const grid = { ...EVERYBODY, enterprises: new Set(['E0ACME']) };
    expect(isWelcome(press({ enterprise: { id: 'E0ACME' }, user: { id: 'U2', team_id: 'T0SISTER' } }), grid)).toBe(true);
    expect(isWelcome(press({ enterprise: { id: 'E0OTHER' } }), grid)).toBe(false);
    expect(isWelcome(press(), grid)).toBe(false);
  });

  test('an event is where it happened, a reaction where what it is to stands', () => {
    const event = (of: object) => ({ type: 'event_callback', team_id: 'T0ACME', event: of });
    expect(isWelcome(event({ type: 'message', channel: 'C0INCIDENTS' }), acme)).toBe(true);
    expect(isWelcome(event({ type: 'message', channel: 'C0OTHER' }), acme)).toBe(false);
    expect(isWelcome(event({ type: 'reaction_added', item: { channel: 'C0INCIDENTS' } }), acme)).toBe(true);
    expect(isWelcome(event({ type: 'reaction_added', item: { channel: 'C0OTHER' } }), acme)).toBe(false);
  });

  test('a form is where what it is about is', () => {
    const form = { team: { id: 'T0ACME' }, user: { id: 'U1', team_id: 'T0ACME' } };
    expect(isWelcome(form, acme, 'C0INCIDENTS')).toBe(true);
    expect(isWelcome(form, acme, 'C0OTHER')).toBe(false);
  });
});
