import { randomInts } from '../random-ints.ts';

/** Something that must never be found again. `text` is how it is met, `secret` the part of it that must not stay. */
export type Canary = { readonly kind: string; readonly secret: string; readonly text: string };

type Random = (below: number) => number;

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const ALNUM = `${UPPER}${UPPER.toLowerCase()}0123456789`;
const letters = (random: Random, alphabet: string, count: number): string =>
  Array.from({ length: count }, () => alphabet[random(alphabet.length)]).join('');
const json64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function jwt(random: Random): string {
  return `${json64({ alg: 'HS256', typ: 'JWT' })}.${json64({ sub: letters(random, ALNUM, 12), iat: random(2e9) })}.${letters(random, ALNUM, 43)}`;
}

/** A number with its check digit (ISO/IEC 7812-1). */
function card(random: Random, begins: string, length: number): string {
  const digits = begins + letters(random, '0123456789', length - begins.length - 1);
  const sum = [...digits].reverse().reduce((all, digit, n) => {
    const value = Number(digit) * (n % 2 === 0 ? 2 : 1);
    return all + (value > 9 ? value - 9 : value);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

/** A German account with its check digits (ISO 13616). */
function iban(random: Random): string {
  const account = letters(random, '0123456789', 18);
  const check = 98n - (BigInt(`${account}131400`) % 97n);
  return `DE${String(check).padStart(2, '0')}${account}`;
}

const pem = (random: Random): string =>
  `-----BEGIN RSA PRIVATE KEY-----\n${Array.from({ length: 4 }, () => letters(random, `${ALNUM}+/`, 64)).join('\n')}\n-----END RSA PRIVATE KEY-----`;

/** What a generator of passwords gives: letters of all sorts, a digit always. */
const password = (random: Random): string => `${letters(random, `${ALNUM}!#$%*+~^`, 12)}${random(10)}`;

const alone =
  (kind: string, of: (random: Random) => string) =>
  (random: Random): Canary => {
    const secret = of(random);
    return { kind, secret, text: secret };
  };
const within =
  (kind: string, of: (random: Random) => string, text: (secret: string) => string) =>
  (random: Random): Canary => {
    const secret = of(random);
    return { kind, secret, text: text(secret) };
  };
const prefixed = (kind: string, prefix: string, count: number, alphabet = ALNUM) =>
  alone(kind, (random) => `${prefix}${letters(random, alphabet, count)}`);

export const CANARY_KINDS: Readonly<Record<string, (random: Random) => Canary>> = {
  'AWS access key': prefixed('aws-key', 'AKIA', 16, `${UPPER}234567`),
  'AWS temporary key': prefixed('aws-key', 'ASIA', 16, `${UPPER}234567`),
  'AWS secret key': within(
    'secret',
    (random) => letters(random, `${ALNUM}+/`, 40),
    (key) => `aws_secret_access_key=${key}`,
  ),
  'AWS session token': prefixed('aws-key', 'IQoJb3JpZ2lu', 200, `${ALNUM}+/`),
  JWT: alone('jwt', jwt),
  'Slack bot token': alone('slack-token', (random) => `xoxb-${random(1e9)}-${random(1e9)}-${letters(random, ALNUM, 24)}`),
  'Slack webhook': within(
    'slack-token',
    (random) => `services/T${letters(random, UPPER, 8)}/B${letters(random, UPPER, 8)}/${letters(random, ALNUM, 24)}`,
    (path) => `https://hooks.slack.com/${path}`,
  ),
  'GitHub token': prefixed('github-token', 'ghp_', 36),
  'GitHub fine-grained token': prefixed('github-token', 'github_pat_', 82),
  'GitLab token': prefixed('gitlab-token', 'glpat-', 20),
  'Stripe live key': prefixed('stripe-key', 'sk_live_', 24),
  'Stripe webhook secret': prefixed('stripe-key', 'whsec_', 32),
  'OpenAI key': prefixed('openai-key', 'sk-proj-', 48),
  'Anthropic key': prefixed('anthropic-key', 'sk-ant-api03-', 93),
  'Google key': prefixed('google-key', 'AIza', 35),
  'npm token': prefixed('npm-token', 'npm_', 36),
  'SendGrid key': alone('api-key', (random) => `SG.${letters(random, ALNUM, 22)}.${letters(random, ALNUM, 43)}`),
  'private key': alone('private-key', pem),
  'basic auth': within(
    'basic-auth',
    (random) => letters(random, ALNUM, 14),
    (word) => `postgres://app:${word}@db.internal:5432/shop`,
  ),
  'bearer header': within(
    'authorization',
    (random) => letters(random, ALNUM, 40),
    (token) => `Authorization: Bearer ${token}7`,
  ),
  'password pair': within('password', password, (word) => `db_password=${word}`),
  'password in JSON': within('password', password, (word) => JSON.stringify({ user: 'app', password: word })),
  'API key header': within(
    'secret',
    (random) => letters(random, ALNUM, 30),
    (key) => `x-api-key: ${key}1`,
  ),
  'client secret': within(
    'secret',
    (random) => letters(random, ALNUM, 30),
    (key) => `client_secret=${key}&grant_type=client_credentials`,
  ),
  email: alone('email', (random) => `${letters(random, ALNUM, 9)}.${letters(random, UPPER, 6)}@example${random(100)}.com`),
  Visa: alone('card', (random) => card(random, '4', 16)),
  Mastercard: alone('card', (random) => card(random, '54', 16)),
  'American Express': alone('card', (random) => card(random, '37', 15)),
  'card in groups': alone('card', (random) => card(random, '4', 16).replace(/(.{4})(?=.)/g, '$1 ')),
  IBAN: alone('iban', iban),
  'IBAN in groups': alone('iban', (random) => iban(random).replace(/(.{4})(?=.)/g, '$1 ')),
};

const percent = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('');
/** Whoever breaks a pair does it between its name and its value; half a password alone looks like nothing. */
const halves = (text: string): readonly [string, string] => {
  const name = text.startsWith('{') ? text.lastIndexOf(':') : Math.max(text.indexOf('='), text.indexOf(': ') + 1);
  const middle = name > 0 ? name + 1 : Math.floor(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
};

/** How a secret may be written. Each is meant to be undone by whoever reads it, so a secret in it is one. */
export const ENCODINGS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  'in a sentence': (text) => `could not reach it with ${text} after 3 attempts`,
  'in quotes': (text) => `refused: '${text}'`,
  'in a URL': (text) => `GET https://api.example/v1/charge?ref=${encodeURIComponent(text)}&page=2`,
  'percent-encoded': (text) => encodeURIComponent(text),
  'percent-encoded whole': percent,
  'percent-encoded twice': (text) => encodeURIComponent(percent(text)),
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => `data ${Buffer.from(`the ${text} there`).toString('base64url')}`,
  'base64 twice': (text) => Buffer.from(Buffer.from(text).toString('base64')).toString('base64'),
  'base64, percent-encoded': (text) => encodeURIComponent(Buffer.from(text).toString('base64')),
  hex: (text) => `body ${Buffer.from(text).toString('hex')}`,
  JSON: (text) => JSON.stringify({ event: { note: text } }),
  'JSON in JSON': (text) => JSON.stringify({ body: JSON.stringify({ note: text }) }),
  'unicode escapes': (text) => [...text].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  'HTML entities': (text) => [...text].map((letter) => `&#${letter.charCodeAt(0)};`).join(''),
  'over two lines': (text) => halves(text).join('\n'),
  'over two lines, indented': (text) =>
    `Error: it said\n    ${halves(text).join('\r\n    ')}\n  at handler (/var/task/index.js:3:4)`,
  'base64 over lines': (text) =>
    (
      Buffer.from(`the secret is ${text}`)
        .toString('base64')
        .match(/.{1,20}/g) ?? []
    ).join('\n'),
};

/** Every kind in every encoding, as many times over as asked; the same for the same seed. */
export function canaries(seed: number, times: number): readonly (Canary & { readonly name: string; readonly written: string })[] {
  const random = randomInts(seed);
  return Array.from({ length: times }).flatMap(() =>
    Object.entries(CANARY_KINDS).flatMap(([kindName, make]) =>
      Object.entries(ENCODINGS).map(([encoding, write]) => {
        const canary = make(random);
        return { ...canary, name: `${kindName}, ${encoding}`, written: write(canary.text) };
      }),
    ),
  );
}
