import { isGzip, unpacked } from '../telemetry/gunzip.ts';
import { readJson } from '../telemetry/json.ts';
import { joined, rejected } from '../telemetry/parsed.ts';
import type { Parsed } from '../telemetry/record.ts';
import { fields, isFields, list } from '../telemetry/shape.ts';
import { found } from '../telemetry/text.ts';
import { type Accounts, readDelivery } from './delivery.ts';

/**
 * The body that Firehose sends: records in base64, each a payload of a CloudWatch Logs subscription, gzipped unless the stream unpacks it.
 * https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html
 */
export function readFirehose(body: unknown, accounts: Accounts): Parsed {
  if (!isFields(body) || !Array.isArray(body['records']))
    return rejected(`${found(body)} (expected a request of Firehose with its records)`, 'body');
  const read = list(body['records']).map((record, index) => readRecord(fields(record)['data'], accounts, `records[${index}]`));
  return joined(read);
}

function readRecord(data: unknown, accounts: Accounts, where: string): Parsed {
  if (typeof data !== 'string') return rejected(`${found(data)} as data (expected base64)`, where);
  const packed = Buffer.from(data, 'base64');
  const bytes = isGzip(packed) ? unpacked(packed) : packed;
  if (typeof bytes === 'string') return rejected(bytes, where);
  const json = readJson(new TextDecoder().decode(bytes));
  return json ? readDelivery(json.value, accounts, where) : rejected('not JSON', where);
}
