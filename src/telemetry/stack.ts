import { ATTRIBUTE_CHARACTERS, type Entry } from './attributes.ts';
import { fields, list, text } from './shape.ts';

/** https://opentelemetry.io/docs/specs/semconv/registry/attributes/exception/ */
export const STACK = 'exception.stacktrace';

/** The stack of a span's last exception, from the attributes of its events. */
export const stackThrown = (events: readonly (readonly Entry[])[]): readonly Entry[] =>
  events
    .flatMap((event) => text(event.find(([key]) => key === STACK)?.[1]) ?? [])
    .slice(-1)
    .map((stack): Entry => [STACK, telling(stack)]);

/**
 * X-Ray's frames, `{ path, line, label }`, the innermost first, as Node.js would write them.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-errors
 */
export function stackFramed(exception: unknown): readonly Entry[] {
  const frames = list(fields(exception)['stack']).map((frame) => {
    const { path, line, label } = fields(frame);
    return `    at ${text(label) ?? 'anonymous'} (${text(path) ?? 'unknown'}:${String(line ?? '?')})`;
  });
  return frames.length === 0 ? [] : [[STACK, telling(frames.join('\n'))]];
}

/** Python's most recent call is the last, everybody else's the first: the other end is what may fall off. */
const telling = (stack: string): string =>
  stack.startsWith('Traceback') ? stack.slice(-ATTRIBUTE_CHARACTERS) : stack.slice(0, ATTRIBUTE_CHARACTERS);

/** More of a stack is how the runtime got there. */
const FRAMES = 3;
/** Frames of others' code, where there is also some of one's own. */
const FOREIGN =
  /node_modules|\(?node:|site-packages|dist-packages|\/var\/runtime|\b(?:java|javax|jdk|sun|org\.springframework)\.|lib\/python/;

/** The innermost frames of a stack trace, one's own code first, as `charge (/app/payment.js:42:11)`; none where it cannot be read. */
export function stackHead(stack: string): readonly string[] {
  const frames = framesOf(stack);
  const own = frames.filter((frame) => !FOREIGN.test(frame));
  return (own.length > 0 ? own : frames).slice(0, FRAMES).map(brief);
}

/** A file and the folders it is known by; the way there from the root is the same for all of a function's code. */
const FOLDERS = 2;

const brief = (frame: string): string =>
  frame.replace(/(?:file:\/\/)?\/[^\s()]+/, (path) => {
    const known = path.split('/').slice(-1 - FOLDERS);
    return path.split('/').length > known.length + 1 ? `…/${known.join('/')}` : path;
  });

/** Node.js, Java and .NET write `at …`, the innermost first; Python `File "…", line 3, in f`, the innermost last. */
function framesOf(stack: string): readonly string[] {
  const lines = stack.split('\n').map((line) => line.trim());
  const at = lines.filter((line) => line.startsWith('at ')).map((line) => line.slice('at '.length));
  if (at.length > 0) return at;
  return lines
    .flatMap((line) => {
      const [, file, number, name = ''] = /^File "([^"]+)", line (\d+)(?:, in (.+))?$/.exec(line) ?? [];
      return file === undefined ? [] : `${name} (${file}:${number})`.trim();
    })
    .reverse();
}
