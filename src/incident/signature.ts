import { createHash } from 'node:crypto';
import type { CauseKind } from '../diagnosis/cause.ts';
import type { SpanError } from '../telemetry/record.ts';
import { templated, templatedName } from './template.ts';

/** Grows with every change of the templates or of the parts below: open incidents keep the signature they were opened with. */
const VERSION = 1;

export type Place = { readonly service: string; readonly operation: string };

export type Failure = {
  readonly environment: string;
  readonly entry: Place;
  /** Where it fails, or where the time goes. */
  readonly hop: Place;
  /** `slow`, or the error; of an error without words the kind of its cause stands for it. */
  readonly what:
    | { readonly slow: CauseKind | undefined }
    | { readonly error: SpanError | undefined; readonly kind: CauseKind | undefined };
};

/** 32 hex digits, equal for the same failure. Services and error types count as they are: two of them never merge. */
export function signatureOf({ environment, entry, hop, what }: Failure): string {
  const parts = [VERSION, environment, ...named(entry), ...named(hop), ...said(what)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

const named = ({ service, operation }: Place): readonly string[] => [service, templatedName(operation)];

function said(what: Failure['what']): readonly string[] {
  if ('slow' in what) return ['slow', what.slow ?? ''];
  if (!what.error) return ['failed', what.kind ?? ''];
  return ['failed', what.error.type, templated(what.error.message)];
}
