import type { Finding, Kind } from './finding.ts';

/** A credential that its issuer made to be recognised: how it begins, and how it goes on from there. */
type Shape = { readonly kind: Kind; readonly begins: string; readonly goesOn: RegExp };

const run = (letters: string, least: number): RegExp => new RegExp(`[${letters}]{${least},}`, 'y');
const ALNUM = 'A-Za-z0-9';
const shape = (kind: Kind, begins: string, goesOn: RegExp): Shape => ({ kind, begins, goesOn });

/**
 * Prefixes as their issuers document them; also listed by GitHub's secret scanning.
 * https://docs.github.com/en/code-security/reference/secret-security/supported-secret-scanning-patterns
 */
const SHAPES: readonly Shape[] = [
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
  ...['AKIA', 'ASIA', 'ABIA', 'ACCA'].map((begins) => shape('aws-key', begins, /[A-Z0-9]{16}(?![A-Za-z0-9])/y)),
  ...['IQoJb3JpZ2lu', 'FwoGZXIvYXdz'].map((begins) => shape('aws-key', begins, /[A-Za-z0-9+/=_%-]{40,}/y)),
  ...['xoxa-', 'xoxb-', 'xoxe-', 'xoxe.', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-', 'xoxc-', 'xoxd-', 'xapp-'].map((begins) =>
    shape('slack-token', begins, run(`${ALNUM}%.-`, 10)),
  ),
  shape('slack-token', 'hooks.slack.com/', /(?:services|workflows|triggers)\/[A-Za-z0-9/_-]{10,}/y),
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map((begins) => shape('github-token', begins, run(`${ALNUM}_.`, 30))),
  shape('github-token', 'github_pat_', run(`${ALNUM}_`, 22)),
  ...['glpat-', 'gldt-', 'glrt-', 'glcbt-', 'glptt-'].map((begins) => shape('gitlab-token', begins, run(`${ALNUM}_-`, 20))),
  ...['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'whsec_'].map((begins) => shape('stripe-key', begins, run(ALNUM, 10))),
  shape('anthropic-key', 'sk-ant-', run(`${ALNUM}_-`, 20)),
  shape('openai-key', 'sk-', run(`${ALNUM}_-`, 32)),
  shape('google-key', 'AIza', run(`${ALNUM}_-`, 35)),
  shape('google-key', 'GOCSPX-', run(`${ALNUM}_-`, 20)),
  shape('google-key', 'ya29.', run(`${ALNUM}_-`, 20)),
  shape('npm-token', 'npm_', run(ALNUM, 36)),
  shape('api-key', 'SG.', /[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}/y),
  shape('api-key', 'AGE-SECRET-KEY-1', run('A-Z0-9', 40)),
  ...['shpat_', 'shpca_', 'shppa_', 'shpss_'].map((begins) => shape('api-key', begins, run('a-fA-F0-9', 32))),
  ...['dop_v1_', 'doo_v1_', 'dor_v1_'].map((begins) => shape('api-key', begins, run('a-f0-9', 40))),
  ...['hf_', 'lin_api_', 'ATATT3', 'hvs.', 'hvb.', 'pypi-AgE', 'sq0atp-', 'sq0csp-', 'NRAK-', 'PMAK-', 'dapi', 'dckr_pat_'].map(
    (begins) => shape('api-key', begins, run(`${ALNUM}_-`, 22)),
  ),
];

const BY_BEGINNING = new Map(SHAPES.map((each) => [each.begins, each]));
const quoted = (text: string): string => text.replace(/[.\\/]/g, '\\$&');
/** Longer beginnings first: `sk-ant-` is also `sk-`. */
const BEGINNING = new RegExp(
  [...BY_BEGINNING.keys(), 'eyJ']
    .toSorted((a, b) => b.length - a.length)
    .map(quoted)
    .join('|'),
  'g',
);
const INSIDE_A_WORD = /[A-Za-z0-9]/;

/** Linear: a match is leapt over whole, and a beginning that leads nowhere costs as many characters as its shape has at least. */
export function tokens(text: string): readonly Finding[] {
  const found: Finding[] = [];
  let jwtFrom = 0;
  BEGINNING.lastIndex = 0;
  for (let hit = BEGINNING.exec(text); hit; hit = BEGINNING.exec(text)) {
    const { index } = hit;
    const next = BEGINNING.lastIndex;
    if (index > 0 && INSIDE_A_WORD.test(text.charAt(index - 1))) continue;
    const { end, tried } = hit[0] === 'eyJ' ? jwt(text, index, jwtFrom) : { end: issued(text, hit[0], next), tried: jwtFrom };
    jwtFrom = tried;
    if (end === undefined) continue;
    found.push({ start: index, end, kind: BY_BEGINNING.get(hit[0])?.kind ?? 'jwt' });
    BEGINNING.lastIndex = end;
  }
  return found.some(({ kind }) => kind === 'aws-key') ? [...found, ...secretKeys(text)] : found;
}

const issued = (text: string, begins: string, from: number): number | undefined =>
  ends(BY_BEGINNING.get(begins)?.goesOn, text, from);

function ends(pattern: RegExp | undefined, text: string, from: number): number | undefined {
  if (!pattern) return undefined;
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

const SEGMENT = /[\w-]+/y;
const SIGNATURES = /[\w.-]*/y;

/** Two base64url segments that are JSON objects, and what follows them (RFC 7519; five segments where it is encrypted, RFC 7516). */
function jwt(text: string, from: number, untried: number): { readonly end: number | undefined; readonly tried: number } {
  // An earlier try in this very run of letters came to nothing, and this one would end where that did.
  if (from < untried) return { end: undefined, tried: untried };
  const header = ends(SEGMENT, text, from) ?? from;
  const isJwt = header - from >= 10 && text[header] === '.' && (text.startsWith('eyJ', header + 1) || text[header + 1] === '.');
  return { end: isJwt ? ends(SIGNATURES, text, header) : undefined, tried: header };
}

const WORD = /[\w+/=%-]/;
/** Shorter ones are words, or so little of a secret that it is of no use. */
const CUT_CHARACTERS = 8;

/** Where a limit cut a text (`…`), what is left of its last word may be most of a secret that nobody can recognise any more. */
export function cutWords(text: string): readonly Finding[] {
  const found: Finding[] = [];
  for (let end = text.indexOf('…'); end >= 0; end = text.indexOf('…', end + 1)) {
    let start = end;
    while (start > 0 && WORD.test(text.charAt(start - 1))) start -= 1;
    if (end - start >= CUT_CHARACTERS && /\d/.test(text.slice(start, end))) found.push({ start, end, kind: 'cut' });
  }
  return found;
}

/** Forty characters of base64 are an AWS secret key beside an access key, and anything elsewhere: the hash of a commit, say. */
function secretKeys(text: string): readonly Finding[] {
  const found: Finding[] = [];
  for (const { 0: word, index } of text.matchAll(/[A-Za-z0-9+/]+/g)) {
    if (word.length === 40 && /[A-Z]/.test(word) && /[a-z]/.test(word))
      found.push({ start: index, end: index + 40, kind: 'aws-key' });
  }
  return found;
}
