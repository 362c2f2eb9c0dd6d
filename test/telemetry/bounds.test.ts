import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import protobuf from 'protobufjs/minimal.js';
import { expect, test } from 'vitest';
import { readFirehose } from '../../src/aws/firehose.ts';
import { jsonWatch } from '../../src/telemetry/json-bounds.ts';
import { parseOtlp } from '../../src/telemetry/otlp.ts';
import { TraceRequest } from '../../src/telemetry/otlp-descriptor.ts';
import { protobufWatch } from '../../src/telemetry/protobuf-bounds.ts';

test.each([
  ['a list in a list in a list', '['.repeat(129), 'too-deep'],
  ['objects in objects, each closed in a text', '{"a]}":'.repeat(129), 'too-deep'],
  ['one object with many keys', `{${'"k":1,'.repeat(10_001)}"z":1}`, 'too-many-keys'],
  ['a list of many values', `[${'[],'.repeat(1_000_000)}0]`, 'too-many-values'],
  ['brackets within a text', JSON.stringify(`${'['.repeat(500)}\\"${'['.repeat(500)}`), undefined],
  ['closing brackets alone', ']'.repeat(500), undefined],
  ['letters that go on and on', `[${'x'.repeat(2_000)}`, 'bad-json'],
  ['bytes that are no text', '\0'.repeat(2_000), 'bad-json'],
  ['a long text, and much space', `["${'x'.repeat(2_000)}",${' '.repeat(2_000)}1]`, undefined],
  ['a text that never closes', `"${'['.repeat(500)}`, undefined],
  ['many objects with few keys', JSON.stringify(Array.from({ length: 20_000 }, () => ({ a: 1, b: 2 }))), undefined],
])('%s is measured before it is read', (_, text, fault) => {
  expect(jsonWatch()(Buffer.from(text))).toBe(fault);
});

test('of JSON of any kind, depth is what a reader would find', () => {
  const depthOf = (value: unknown): number =>
    typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(140), (value, wraps) => {
      const text = `${'['.repeat(wraps)}${JSON.stringify(value)}${']'.repeat(wraps)}`;
      expect(jsonWatch()(Buffer.from(text))).toBe(wraps + depthOf(value) > 128 ? 'too-deep' : undefined);
    }),
  );
});

/** The same bytes as a connection may bring them. */
function brought(bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, n) => bytes.subarray(at[n], end));
}

const firstFault = <T>(watch: (piece: Uint8Array) => T | undefined, pieces: readonly Uint8Array[]): T | undefined =>
  pieces.map(watch).find((fault) => fault !== undefined);

const quotesAndEscapes = fc.string({ unit: fc.constantFrom('"', '\\', '[', ']', '{', ':', ',', 'ä', 'x'), maxLength: 400 });

test('it makes no difference in what pieces JSON comes', () => {
  const text = fc.oneof(fc.json(), quotesAndEscapes);
  fc.assert(
    fc.property(text, fc.nat(140), fc.array(fc.nat()), (json, wraps, cuts) => {
      const bytes = Buffer.from('['.repeat(wraps) + json);
      expect(firstFault(jsonWatch(), brought(bytes, cuts))).toBe(jsonWatch()(bytes));
    }),
    { numRuns: 1_000 },
  );
});

test('it makes no difference in what pieces protobuf comes', () => {
  const level = (inner: Uint8Array) =>
    protobuf.Writer.create().uint32(0x2a).bytes(protobuf.Writer.create().uint32(0x0a).bytes(inner).finish()).finish();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(70), fc.array(fc.nat()), (innermost, levels, cuts) => {
      const value = Array.from({ length: levels }).reduce<Uint8Array>(level, innermost);
      const attribute = protobuf.Writer.create().uint32(0x12).bytes(value).finish();
      const bytes = [0x0a, 0x0a].reduce<Uint8Array>(
        (inner, tag) => protobuf.Writer.create().uint32(tag).bytes(inner).finish(),
        attribute,
      );
      const request = protobuf.Writer.create().uint32(0x0a).bytes(bytes).finish();
      expect(firstFault(protobufWatch('TraceRequest'), brought(request, cuts))).toBe(protobufWatch('TraceRequest')(request));
    }),
  );
});

test('empty messages of protobuf are counted before they are made', () => {
  const events = protobuf.Writer.create();
  for (let n = 0; n < 800_000; n += 1) events.uint32(0x5a).uint32(0);
  const nested = (bytes: Uint8Array, tag: number) => protobuf.Writer.create().uint32(tag).bytes(bytes).finish();
  const bytes = nested(nested(nested(events.finish(), 0x12), 0x12), 0x0a);

  expect(protobufWatch('TraceRequest')(bytes)).toBe('too-many-values');
  expect(parseOtlp('Spans', bytes, 'protobuf').rejects).toMatchObject([{ kind: 'too-many-values' }]);
});

test('bytes of any kind are measured without an error, and a request of real spans is within bounds', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void protobufWatch('TraceRequest')(bytes)));
  const spans = Array.from({ length: 10_000 }, () => ({
    name: 'POST /orders',
    attributes: Array.from({ length: 10 }, (_, n) => ({ key: `k${n}`, value: { stringValue: 'v' } })),
  }));
  const request = TraceRequest.encode(TraceRequest.fromObject({ resourceSpans: [{ scopeSpans: [{ spans }] }] })).finish();

  expect(protobufWatch('TraceRequest')(request)).toBeUndefined();
});

test('of a body with a bomb nothing is unpacked behind it', () => {
  const bomb = gzipSync(Buffer.alloc(40 * 1_024 * 1_024)).toString('base64');
  const honest = gzipSync('{}').toString('base64');
  const { rejects } = readFirehose(
    { records: [{ data: honest }, { data: bomb }, { data: honest }, ...Array(60).fill({ data: bomb }), { data: honest }] },
    undefined,
  );

  expect(rejects.map(({ kind }) => kind)).toEqual(['unknown-format', ...Array(63).fill('too-large')]);
});
