import { type Document, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { DEFAULT_RULES, type Rules } from './incident/rules.ts';
import { isZone } from './incident/wall-clock.ts';
import { fromSeconds } from './units.ts';

const UNIT_SECONDS = { ms: 0.001, s: 1, m: 60, h: 3_600 } as const;

const channel = z.string().regex(/^[CG][A-Z0-9]{2,}$/, 'expected a channel id like C0123456789, not a name');
const duration = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s|m|h)$/, 'expected a time like 800ms, 5s, 10m or 2h')
  .transform((text) => {
    const [, number = '0', unit = 's'] = /^([\d.]+)(ms|s|m|h)$/.exec(text) ?? [];
    // The pattern above allows these units only.
    return fromSeconds(Number(number) * UNIT_SECONDS[unit as keyof typeof UNIT_SECONDS]);
  });
const clock = z
  .string()
  .regex(/^([01]?\d|2[0-3]):[0-5]\d$/, 'expected a time of day like "22:00", in quotes')
  .transform((text) => {
    const [hours = 0, minutes = 0] = text.split(':').map(Number);
    return hours * 60 + minutes;
  });
const theme = z.enum(['light', 'dark']);
const pattern = z.string().min(1).max(200).optional();
const when = z
  .strictObject({
    ...{ environment: pattern, service: pattern, operation: pattern, owner: pattern },
    severity: z.enum(['failed', 'slow']).optional(),
  })
  .default({});

const RulesFile = z.strictObject({
  /** In place of TRACEFALL_CHANNEL. */
  channel: channel.optional(),
  notices: channel.optional(),
  routes: z.array(z.strictObject({ when, channel })).default([]),
  mute: z.array(when).default([]),
  thresholds: z
    .array(z.strictObject({ when, longerThan: duration.optional(), timesUsual: z.number().positive().optional() }))
    .default([]),
  quietHours: z
    .array(
      z.strictObject({
        when,
        from: clock,
        until: clock,
        zone: z.string().refine(isZone, 'expected a time zone like Europe/Berlin'),
      }),
    )
    .default([]),
  resolveAfter: duration.default(DEFAULT_RULES.resolveAfter),
  broadcast: z.array(z.strictObject({ channel, reopenedAfter: duration })).default([]),
  storm: z
    .strictObject({
      incidents: z.int().min(1).default(DEFAULT_RULES.storm.incidents),
      within: duration.default(DEFAULT_RULES.storm.within),
    })
    .default(DEFAULT_RULES.storm),
  theme: theme.default(DEFAULT_RULES.theme),
  themes: z.record(channel, theme).default(DEFAULT_RULES.themes),
});

/** The rules in the text of a YAML file. Throws one Error that lists every fault with its line. `fallback`: where nothing else is said. */
export function rulesIn(text: string, file: string, fallback: string): Rules {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0)
    throw faults(
      file,
      document.errors.map(({ message }) => message.split('\n')[0] ?? message),
    );
  const read = RulesFile.safeParse(document.toJS() ?? {});
  if (read.success) return { ...read.data, channel: read.data.channel ?? fallback };
  throw faults(
    file,
    read.error.issues.map((issue) => `line ${lineOf(document, lines, issue.path)}: ${issue.path.join('.')}: ${issue.message}`),
  );
}

const faults = (file: string, each: readonly string[]): Error =>
  new Error(`Rules in ${file}:${each.map((fault) => `\n  ${fault}`).join('')}`);

const Placed = z.object({ range: z.tuple([z.number()]).rest(z.number()) });

/** Of the thing itself, or where that is missing, of what it should be in. */
function lineOf(document: Document.Parsed, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = Placed.safeParse(document.getIn(path.slice(0, length), true));
    if (node.success) return lines.linePos(node.data.range[0]).line;
  }
  return 1;
}
