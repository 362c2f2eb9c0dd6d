import type { Kind } from './finding.ts';

/** What a name says of its value. `certain`: whatever the value is; otherwise only one that looks like a credential. */
export type SecretName = { readonly kind: Kind; readonly certain: boolean };

const PASSWORD =
  /(?:pass(?:word|wd|phrase|code)s?(?:[_.-]?hash)?|(?:^|[^a-z])(?:pwd|pass)|(?:db|my|user|admin|root|ssh|ftp|smtp|redis)_?pwd)$/i;
const CERTAIN =
  /(?:client|app|shared|consumer|oauth|webhook|signing)[_.-]?secret$|(?:api|private|secret|access|signing|encryption|license|storage|account|master|auth|service)[_.-]?key$|(?:access|refresh|id|auth|session|bearer|api|security|csrf|xsrf|jwt|oauth|bot|user|personal|deploy|vault)[_.-]?token$|secret[_.-]?access[_.-]?key(?:[_.-]?id)?$|access[_.-]?key[_.-]?id$|^(?:proxy-)?authorization$|[._-]authorization$|(?:^|[._-])(?:set-)?cookie$|x-amz-(?:signature|security-token)$|connection[_.-]?string$/i;
const LIKELY =
  /(?:^|[^a-z])(?:secret|token|credentials?|auth|sig|signature|passcode|otp|pin|apikey)$|[a-z](?:Secret|Token|Credentials?)$/i;
/** Tokens that open nothing: places in a list, and names that a caller chose. */
const HARMLESS =
  /(?:next|continuation|page|paging|pagination|starting|client[_.-]?request|request|idempotency|cancellation|sync|resume|end|start|unexpected|invalid|count)[_.-]?token$|(?:public|primary|partition|routing|foreign|sort)[_.-]?(?:access[_.-]?)?key$|cache[_.-]?key$/i;

/** How the names above end: most names are told apart by this alone. */
const ENDINGS = new Set(
  'ord rds swd wds ase ses ode des pwd ass ash ret key ken _id -id .id yid ial als uth ion kie ure ing sig otp pin'.split(' '),
);

/** undefined: its value may be anything. */
export function secretName(name: string): SecretName | undefined {
  if (!ENDINGS.has(name.slice(-3).toLowerCase())) return undefined;
  if (PASSWORD.test(name)) return HARMLESS.test(name) ? undefined : { kind: 'password', certain: true };
  if (!LIKELY.test(name) && !CERTAIN.test(name)) return undefined;
  if (HARMLESS.test(name)) return undefined;
  return { kind: /authorization$/i.test(name) ? 'authorization' : 'secret', certain: CERTAIN.test(name) };
}

const NOTHING =
  /^(?:null|undefined|none|nil|true|false|yes|no|empty|missing|required|invalid|redacted|hidden|masked|secret|password|token|\*+|x+|-+|\.+|%s|%d|)$/i;
/** `${DB_PASSWORD}`, `{{ secret }}`, `<password>`, `$PASSWORD`, `****ab`, `arn:aws:secretsmanager:…`: where it is, not what it is. */
const REFERENCE = /^(?:\$\{|\{\{|<[\w -]{1,40}>|\$[A-Z][A-Z_]{1,40}$|\*{3,}|arn:)/;

export const isReference = (value: string): boolean => REFERENCE.test(value);

/** Whether somebody may have put a credential there. */
export function mayBeSecret(value: string, { certain }: SecretName): boolean {
  if (NOTHING.test(value) || isReference(value)) return false;
  return certain || (value.length >= 8 && /\d/.test(value) && /[A-Za-z]/.test(value) && !/\s/.test(value));
}
