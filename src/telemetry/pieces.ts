import { readJson } from './json.ts';
import { multiLine } from './json-lines.ts';
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
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  const lastLine = multiLine();
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (line.trim() === '') continue;
    const last = lastLine(lines, index);
    const whole = last === undefined ? undefined : valueIn(lines, index, last);
    if (last !== undefined && whole) {
      found.push(whole);
      index = last;
    } else add(found, piece(line, index + 1));
  }
  return found;
}

function valueIn(lines: readonly string[], first: number, last: number): Piece | undefined {
  const json = readJson(lines.slice(first, last + 1).join('\n'));
  return json && { kind: 'json', value: json.value, line: first + 1 };
}

/** A line that is nothing by itself continues the message before it. */
function add(found: Piece[], next: Piece): void {
  const before = found.at(-1);
  if (next.kind === 'stray' && before?.kind === 'message') found[found.length - 1] = continued(before, next.text);
  else found.push(next);
}

function piece(text: string, line: number): Piece {
  if (beginsMessage(text)) return { kind: 'message', text, line };
  const json = /^\s*[[{]/.test(text) ? readJson(text) : undefined;
  return json ? { kind: 'json', value: json.value, line } : { kind: 'stray', text, line };
}

const continued = (message: Extract<Piece, { kind: 'message' }>, text: string): Piece =>
  message.text.length + text.length > MESSAGE_CHARACTERS ? message : { ...message, text: `${message.text}\n${text}` };
