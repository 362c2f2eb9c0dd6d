import { isGzip, UNPACKED_BYTES, type Unread, unpacked } from '../telemetry/gunzip.ts';
import { readStrangersJson } from '../telemetry/json.ts';
import { joined, rejected } from '../telemetry/parsed.ts';
import type { Parsed } from '../telemetry/record.ts';
import { fields, isFields, list } from '../telemetry/shape.ts';
import { found } from '../telemetry/text.ts';
import { type Accounts, readDelivery } from './delivery.ts';

/** Ours, of one body: its records are unpacked one after the other while everybody else waits, and each may be a bomb. */
const BODY_BYTES = 4 * UNPACKED_BYTES;

/**
 * The body that Firehose sends: records in base64, each a payload of a CloudWatch Logs subscription, gzipped unless the stream unpacks it.
 * https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html
 */
export function readFirehose(body: unknown, accounts: Accounts): Parsed {
  if (!isFields(body) || !Array.isArray(body['records']))
    return rejected(`${found(body)} (expected a request of Firehose with its records)`, 'body', 'unknown-format');
  let room = BODY_BYTES;
  const read = list(body['records']).map((record, index) => {
    const where = `records[${index}]`;
    const bytes = plain(fields(record)['data'], room);
    // What was given up for its size had been unpacked until then: of whoever sends such a thing nothing is unpacked any more.
    room -= 'why' in bytes ? (bytes.kind === 'too-large' ? BODY_BYTES : 0) : bytes.length;
    return 'why' in bytes ? rejected(bytes.why, where, bytes.kind) : readRecord(bytes, accounts, where);
  });
  return joined(read);
}

function plain(data: unknown, room: number): Uint8Array | Unread {
  if (typeof data !== 'string') return { kind: 'malformed', why: `${found(data)} as data (expected base64)` };
  const packed = Buffer.from(data, 'base64');
  return isGzip(packed) ? unpacked(packed, room) : packed;
}

function readRecord(bytes: Uint8Array, accounts: Accounts, where: string): Parsed {
  const json = readStrangersJson(bytes);
  if ('value' in json) return readDelivery(json.value, accounts, where);
  return rejected(json.why, where, json.kind);
}
