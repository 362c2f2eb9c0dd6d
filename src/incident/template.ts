/** What changes from one occurrence of a failure to the next. The order counts: whole shapes before their parts. */
const VARIABLE: readonly (readonly [RegExp, string])[] = [
  [/\b(arn:[\w-]*:[\w-]*):[^\s"',;)]*/gi, '$1:*'],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s/?#"'<>)]+)[^\s"'<>)]*/gi, '$1/*'],
  [/\b(?:mon|tue|wed|thu|fri|sat|sun),? \d{1,2} [a-z]{3} \d{4} \d\d:\d\d:\d\d(?: gmt| utc| ?[+-]\d{4})?/gi, '*'],
  [/\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?Z| ?[+-]\d\d:?\d\d)?)?/gi, '*'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '*'],
  [/\b(request ?id|requestid|x-amzn-requestid|host ?id)\b["']?\s*[:=]?\s*[^\s,;)]+/gi, '$1 *'],
  [/"(?:[^"\\]|\\.)*"/g, '"*"'],
  [/(?<![a-z0-9])'[^']*'/gi, "'*'"],
  [/`[^`]*`/g, '`*`'],
  // A long number with its unit would pass for an id of letters and digits.
  [/(?<![a-z0-9])\d+(?:[.,:]\d+)*(?=(?:ns|us|µs|ms|s|sec|min|h|kb|mb|gb|kib|mib|gib)\b)/gi, '*'],
  [/\b0x[0-9a-f]+\b/gi, '*'],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b/gi, '*'],
  [/\b(?=[A-Za-z0-9]*\d)(?=[A-Za-z0-9]*[A-Za-z])[A-Za-z0-9]{16,}\b/g, '*'],
  [/\d+(?:[.,:]\d+)*/g, '*'],
  [/(?<![\w*])[-+](?=\*)/g, ''],
];
/** Longer texts are dumps; a bound keeps the work small. */
const TEXT_CHARACTERS = 4_000;
/** Enough to tell errors apart. */
const TEMPLATE_CHARACTERS = 500;

/** A message without what changes from one occurrence to the next: ids, numbers, times, quoted values, tails of URLs and ARNs. */
export function templated(message: string): string {
  const plain = VARIABLE.reduce((rest, [shape, word]) => rest.replace(shape, word), message.slice(0, TEXT_CHARACTERS));
  return plain.replace(/\s+/g, ' ').trim().slice(0, TEMPLATE_CHARACTERS);
}

/** A part of a name is an id when it is a number, a UUID, long hex, or long and mixed. `v2`, `S3` and `step1` are names. */
const ID = /^(?:\d+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=[0-9a-f]*\d)[0-9a-f]{8,}|(?=\w*\d)(?=\w*[a-z])\w{20,})$/i;

/** An operation's name without the ids in it: `GET /orders/42` and `GET /orders/43` are one operation. */
export function templatedName(operation: string): string {
  const [path = ''] = operation.slice(0, TEMPLATE_CHARACTERS).split('?');
  return path
    .split(/([\s/:,;()[\]{}=#]+)/)
    .map((part) => (ID.test(part) ? '*' : part.replace(/([-_.])\d{3,}$/, '$1*')))
    .join('');
}
