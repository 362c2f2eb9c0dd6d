import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import protobuf from 'protobufjs/minimal.js';
import { expect, test } from 'vitest';
import { readFirehose } from '../../src/aws/firehose.ts';
import { jsonFault } from '../../src/telemetry/json-bounds.ts';
import { parseOtlp } from '../../src/telemetry/otlp.ts';
import { TraceRequest } from '../../src/telemetry/otlp-descriptor.ts';
import { protobufFault } from '../../src/telemetry/protobuf-bounds.ts';

test.each([
  ['a list in a list in a list', '['.repeat(129), 'too-deep'],
  ['objects in objects, each closed in a text', '{"a]}":'.repeat(129), 'too-deep'],
  ['one object with many keys', `{${'"k":1,'.repeat(10_001)}"z":1}`, 'too-many-keys'],
  ['a list of many values', `[${'[],'.repeat(1_000_000)}0]`, 'too-many-values'],
  ['brackets within a text', JSON.stringify(`${'['.repeat(500)}\\"${'['.repeat(500)}`), undefined],
  ['closing brackets alone', ']'.repeat(500), undefined],
  ['a text that never closes', `"${'['.repeat(500)}`, undefined],
  ['many objects with few keys', JSON.stringify(Array.from({ length: 20_000 }, () => ({ a: 1, b: 2 }))), undefined],
])('%s is measured before it is read', (_, text, fault) => {
  expect(jsonFault(text)).toBe(fault);
});

test('of JSON of any kind, depth is what a reader would find', () => {
  const depthOf = (value: unknown): number =>
    typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(140), (value, wraps) => {
      const text = `${'['.repeat(wraps)}${JSON.stringify(value)}${']'.repeat(wraps)}`;
      expect(jsonFault(text)).toBe(wraps + depthOf(value) > 128 ? 'too-deep' : undefined);
    }),
  );
});

test('empty messages of protobuf are counted before they are made', () => {
  const events = protobuf.Writer.create();
  for (let n = 0; n < 800_000; n += 1) events.uint32(0x5a).uint32(0);
  const nested = (bytes: Uint8Array, tag: number) => protobuf.Writer.create().uint32(tag).bytes(bytes).finish();
  const bytes = nested(nested(nested(events.finish(), 0x12), 0x12), 0x0a);

  expect(protobufFault(bytes, 'TraceRequest')).toBe('too-many-values');
  expect(parseOtlp('Spans', bytes, 'protobuf').rejects).toMatchObject([{ kind: 'too-many-values' }]);
});

test('bytes of any kind are measured without an error, and a request of real spans is within bounds', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void protobufFault(bytes, 'TraceRequest')));
  const spans = Array.from({ length: 10_000 }, () => ({
    name: 'POST /orders',
    attributes: Array.from({ length: 10 }, (_, n) => ({ key: `k${n}`, value: { stringValue: 'v' } })),
  }));
  const request = TraceRequest.encode(TraceRequest.fromObject({ resourceSpans: [{ scopeSpans: [{ spans }] }] })).finish();

  expect(protobufFault(request, 'TraceRequest')).toBeUndefined();
});

test('of a body full of bombs no more is unpacked than of four', () => {
  const bomb = gzipSync(Buffer.alloc(40 * 1_024 * 1_024)).toString('base64');
  const honest = gzipSync('{}').toString('base64');
  const { rejects } = readFirehose({ records: [...Array(60).fill({ data: bomb }), { data: honest }] }, undefined);

  expect(rejects.map(({ kind }) => kind)).toEqual(Array(61).fill('too-large'));
});
