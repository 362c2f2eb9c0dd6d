import { readJson } from './json.ts';
import { beginsMessage } from './lambda-file.ts';

/** What a text file consists of, each with the line on which it begins, counted from 1. */
export type Piece = (
  | { readonly kind: 'json'; readonly value: unknown }
  /** Of a Lambda log, with the lines that continue it. */
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'stray'; readonly text: string }
) & { readonly line: number };

/** CloudWatch's limit for one log event: https://docs.aws.amazon.com/goto/WebAPI/logs/PutLogEvents */
const MESSAGE_CHARACTERS = 1_048_576;

/** One JSON value a line, or messages of a log, or both mixed as Lambda's JSON log format mixes them. */
export function pieces(text: string): readonly Piece[] {
  const found: Piece[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const before = found.at(-1);
    const next = piece(line.replace(/\r$/, ''), index + 1);
    if (next.kind === 'stray' && before?.kind === 'message') found[found.length - 1] = continued(before, next.text);
    else found.push(next);
  }
  return found;
}

function piece(text: string, line: number): Piece {
  if (beginsMessage(text)) return { kind: 'message', text, line };
  const json = /^\s*[[{]/.test(text) ? readJson(text) : undefined;
  return json ? { kind: 'json', value: json.value, line } : { kind: 'stray', text, line };
}

const continued = (message: Extract<Piece, { kind: 'message' }>, text: string): Piece =>
  message.text.length + text.length > MESSAGE_CHARACTERS ? message : { ...message, text: `${message.text}\n${text}` };
