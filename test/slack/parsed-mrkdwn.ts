/**
 * Slack's mrkdwn, read by rules of its own (docs.slack.dev/messaging/formatting-message-text), to find out what a text would do.
 * Written without looking at src/slack/mrkdwn.ts, and on the side of caution: outside code, whatever could be a link is one.
 */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  /** `<…>`: mention, broadcast, date or link. */
  | { readonly kind: 'control'; readonly text: string }
  /** What Slack would turn into one by itself. */
  | { readonly kind: 'auto'; readonly text: string };

export function parsedMrkdwn(source: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < source.length) {
    const piece = pieceAt(source, at);
    pieces.push(piece.piece);
    at = piece.end;
  }
  return pieces;
}

type Read = { readonly piece: Piece; readonly end: number };

const pieceAt = (source: string, at: number): Read =>
  controlAt(source, at) ?? codeAt(source, at) ?? autoAt(source, at) ?? textAt(source, at);

/** Control sequences are read before everything else, also within code. */
function controlAt(source: string, at: number): Read | undefined {
  const close = source[at] === '<' ? source.indexOf('>', at) : -1;
  return close < 0 ? undefined : { piece: { kind: 'control', text: source.slice(at + 1, close) }, end: close + 1 };
}

function codeAt(source: string, at: number): Read | undefined {
  const [, fence = '', inside = ''] = matchedAt(/(```)(.+?)```/suy, source, at) ?? matchedAt(/(`)([^`\n]+)`/uy, source, at) ?? [];
  if (fence === '') return undefined;
  const control = /<[^>]*>/.exec(inside)?.[0];
  const piece: Piece = control ? { kind: 'control', text: control } : { kind: 'code', text: unescaped(inside) };
  return { piece, end: at + inside.length + 2 * fence.length };
}

function autoAt(source: string, at: number): Read | undefined {
  const text = AUTO.map((pattern) => matchedAt(pattern, source, at)?.[0]).find((found) => found !== undefined);
  return text === undefined ? undefined : { piece: { kind: 'auto', text }, end: at + text.length };
}

function textAt(source: string, at: number): Read {
  const [text] = matchedAt(/&(?:amp|lt|gt);|./sy, source, at) ?? [''];
  return { piece: { kind: 'text', text: unescaped(text) }, end: at + text.length };
}

const AUTO = [
  /[a-z][a-z0-9+.-]*:\/\/[^\s`]+/iuy,
  /@[\p{L}\p{N}_.-]+/uy,
  /#[\p{L}\p{N}_-]+/uy,
  /(?:mailto|tel):[^\s`]+/iuy,
  // A host name without a scheme.
  /[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}/uy,
];

function matchedAt(pattern: RegExp, source: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source) ?? undefined;
}

const unescaped = (text: string): string => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** What somebody sees, markup gone. */
export const seen = (source: string): string =>
  parsedMrkdwn(source)
    .map(({ text }) => text)
    .join('');

export const doing = (source: string): readonly Piece[] =>
  parsedMrkdwn(source).filter(({ kind }) => kind === 'control' || kind === 'auto');
