import { logQueryRows } from './csv.ts';
import { EXPECTED, readValue } from './formats.ts';
import { isGzip, unpacked } from './gunzip.ts';
import { readJson } from './json.ts';
import { readMessages } from './lambda-file.ts';
import { readLogQuery } from './log-query.ts';
import { protobufSignal, readOtlpProtobuf } from './otlp-protobuf.ts';
import { joined, rejected } from './parsed.ts';
import { type Piece, pieces } from './pieces.ts';
import type { Parsed, RejectKind } from './record.ts';
import { found } from './text.ts';

/** V8 holds no longer string than 512 MiB, and what is read of one takes several times its size. */
const INPUT_BYTES = 256 * 1_024 * 1_024;

/**
 * Reads a body of telemetry, packed or not, whatever it is: its format is found from its content. Never throws: what cannot be
 * read is a reject. `where` names the body; rejects stand at `where`, `where:line` or `where[index]`.
 */
export function parse(bytes: Uint8Array, where: string): Parsed {
  if (!isGzip(bytes)) return parsePlain(bytes, where);
  const plain = unpacked(bytes);
  return 'why' in plain ? unknown(plain.why, where, plain.kind) : parsePlain(plain, where);
}

const unknown = (what: string, where: string, kind: RejectKind = 'unknown-format'): Parsed =>
  rejected(`${what} (expected ${EXPECTED})`, where, kind);

function parsePlain(bytes: Uint8Array, where: string): Parsed {
  if (bytes.length === 0) return unknown('nothing', where);
  if (bytes.length > INPUT_BYTES) return unknown('more than 256 MiB', where);
  if (isGzip(bytes)) return unknown('gzip inside gzip', where);
  const signal = protobufSignal(bytes);
  return signal === undefined ? parseText(new TextDecoder().decode(bytes), where) : readOtlpProtobuf(bytes, signal, where);
}

function parseText(text: string, where: string): Parsed {
  const json = readJson(text);
  if (json) return readValue(json.value, where);
  const rows = logQueryRows(text);
  if (rows && rows.length > 0) return readLogQuery({ results: rows }, where);
  const parts = pieces(text);
  if (parts.every((part) => part.kind === 'stray')) return unknown(unreadable(text, parts[0]), `${where}:${parts[0]?.line ?? 1}`);
  return parsePieces(parts, where);
}

/** What a text is of which no line can be read. */
function unreadable(text: string, first: Piece | undefined): string {
  if (first?.kind !== 'stray') return 'nothing but blanks';
  // NUL, and what stands for bytes that are no UTF-8.
  if (text.includes('\0') || text.includes('\uFFFD')) return 'binary data';
  return /^\s*[[{]/.test(first.text) ? `broken JSON beginning ${found(first.text)}` : `text beginning ${found(first.text)}`;
}

function parsePieces(parts: readonly Piece[], where: string): Parsed {
  const values = parts.flatMap((part) => (part.kind === 'json' ? [readValue(part.value, `${where}:${part.line}`)] : []));
  const messages = parts.flatMap((part) => (part.kind === 'message' ? [part.text] : []));
  const strays = parts.flatMap((part) => (part.kind === 'stray' ? [rejected('not JSON', `${where}:${part.line}`)] : []));
  return joined([...values, readMessages(messages), ...strays]);
}
