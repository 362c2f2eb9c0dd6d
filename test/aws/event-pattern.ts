/**
 * Whether an event matches a pattern, by EventBridge's published rules; a rule that is not built here throws, so that no test passes by it.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function matches(pattern: unknown, event: unknown): boolean {
  if (!isObject(pattern)) throw new Error(`a pattern is an object, not ${JSON.stringify(pattern)}`);
  return Object.entries(pattern).every(([key, wanted]) => {
    if (key === '$or') return several(wanted).some((one) => matches(one, event));
    const there = isObject(event) ? event[key] : undefined;
    if (Array.isArray(wanted) && wanted.length === 0) throw new Error(`${key} asks for nothing`);
    if (Array.isArray(wanted)) return wanted.some((one) => anyMatches(one, there));
    // In a list of objects one of them must match as a whole.
    return Array.isArray(there) ? there.some((item) => matches(wanted, item)) : matches(wanted, there);
  });
}

/** Of a list in the event, one value is enough; `exists` asks for the field itself, and only for a leaf. */
function anyMatches(wanted: unknown, there: unknown): boolean {
  if (isObject(wanted) && 'exists' in wanted) return (there !== undefined && !isObject(there)) === wanted['exists'];
  if (there === undefined) return false;
  return Array.isArray(there) ? there.some((value) => valueMatches(wanted, value)) : valueMatches(wanted, there);
}

function valueMatches(wanted: unknown, value: unknown): boolean {
  if (!isObject(wanted)) return wanted === value;
  const [[operator, operand] = ['', undefined], ...more] = Object.entries(wanted);
  const test = OPERATORS[operator];
  if (!test || more.length > 0) throw new Error(`no rule for ${JSON.stringify(wanted)}`);
  return test(operand, value);
}

const OPERATORS: Readonly<Record<string, (operand: unknown, value: unknown) => boolean>> = {
  prefix: (operand, value) => typeof value === 'string' && value.startsWith(text(operand)),
  suffix: (operand, value) => typeof value === 'string' && value.endsWith(text(operand)),
  'equals-ignore-case': (operand, value) => typeof value === 'string' && value.toLowerCase() === text(operand).toLowerCase(),
  wildcard: (operand, value) => typeof value === 'string' && wildcard(text(operand)).test(value),
  'anything-but': (operand, value) =>
    !(isObject(operand) ? valueMatches(operand, value) : list(operand).some((one) => one === value)),
  numeric: (operand, value) => typeof value === 'number' && numeric(list(operand), value),
};

function numeric(conditions: readonly unknown[], value: number): boolean {
  const [operator, bound, ...more] = conditions;
  const comparisons: Readonly<Record<string, (than: number) => boolean>> = {
    '=': (than) => value === than,
    '<': (than) => value < than,
    '<=': (than) => value <= than,
    '>': (than) => value > than,
    '>=': (than) => value >= than,
  };
  const compare = comparisons[text(operator)];
  if (!compare || typeof bound !== 'number') throw new Error(`no rule for ${JSON.stringify(conditions)}`);
  return compare(bound) && (more.length === 0 || numeric(more, value));
}

const wildcard = (text: string): RegExp =>
  new RegExp(`^${text.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 's');

function several(value: unknown): readonly unknown[] {
  if (!Array.isArray(value) || value.length < 2) throw new Error(`$or takes two patterns or more, not ${JSON.stringify(value)}`);
  return value;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`expected text, not ${JSON.stringify(value)}`);
  return value;
}
