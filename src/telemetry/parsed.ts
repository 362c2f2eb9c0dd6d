import type { Parsed, RejectKind, TelemetryRecord } from './record.ts';

export const NOTHING: Parsed = { records: [], rejects: [], quiet: 0 };
export const QUIET: Parsed = { ...NOTHING, quiet: 1 };

export const recordsOnly = (records: readonly TelemetryRecord[]): Parsed => ({ ...NOTHING, records });

export const rejected = (reason: string, where: string, kind: RejectKind = 'malformed'): Parsed => ({
  ...NOTHING,
  rejects: [{ ...(kind !== 'malformed' && { kind }), reason, where }],
});

/** What a reader of one thing made of it: the record, the reason why there is none, or undefined where it tells nothing we keep. */
export function parsedOne(read: TelemetryRecord | string | undefined, where: string): Parsed {
  if (read === undefined) return QUIET;
  return typeof read === 'string' ? rejected(read, where) : recordsOnly([read]);
}

/** The parts of one body, in their order. */
export const joined = (parts: readonly Parsed[]): Parsed => ({
  records: parts.flatMap(({ records }) => records),
  rejects: parts.flatMap(({ rejects }) => rejects),
  quiet: parts.reduce((sum, { quiet }) => sum + quiet, 0),
});
