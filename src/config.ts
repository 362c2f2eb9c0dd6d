import { z } from 'zod';

/** What the processes read from the environment, checked whole before anything starts. */
export type Config = {
  readonly slack: SlackConfig;
  readonly redisUrl: string;
  readonly port: number;
  readonly otlpToken: Secret | undefined;
};

export type SlackConfig = {
  readonly botToken: Secret;
  readonly signingSecret: Secret;
  /** Socket Mode instead of HTTP. */
  readonly appToken: Secret | undefined;
  /** undefined: Slack's own. */
  readonly apiUrl: string | undefined;
  readonly channel: string;
};

/** Prints as `[secret]` wherever it is printed by mistake; `reveal` is the one way to its text. */
export class Secret {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  reveal(): string {
    return this.#text;
  }
  toString(): string {
    return '[secret]';
  }
  toJSON(): string {
    return '[secret]';
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]';
  }
}

const DEFAULT_PORT = 3_000;

const port = z.coerce.number('expected a port number').int().min(0).max(65_535).default(DEFAULT_PORT);
const secret = z
  .string()
  .min(1)
  .transform((text) => new Secret(text));
const url = (protocols: RegExp) => z.url({ protocol: protocols, error: `expected a URL (${protocols.source})` });

const Environment = z.object({
  SLACK_BOT_TOKEN: z.string().startsWith('xoxb-', 'expected a bot token: it begins with xoxb-').pipe(secret),
  SLACK_SIGNING_SECRET: secret,
  SLACK_APP_TOKEN: z.string().startsWith('xapp-', 'expected an app-level token: it begins with xapp-').pipe(secret).optional(),
  SLACK_API_URL: url(/^https?$/).optional(),
  TRACEFALL_CHANNEL: z.string().regex(/^[CG][A-Z0-9]{2,}$/, 'expected a channel id like C0123456789, not a name'),
  REDIS_URL: url(/^rediss?$/),
  PORT: port,
  OTLP_TOKEN: secret.optional(),
});

type Source = Readonly<Record<string, string | undefined>>;

/** Throws one Error that lists every fault by the variable's name, never its value. */
export function config(environment: Source = process.env): Config {
  const read = Environment.safeParse(withoutEmpty(environment));
  if (!read.success) throw new Error(`Configuration: ${faults(read.error)}`);
  const { data } = read;
  return Object.freeze({
    slack: Object.freeze({
      botToken: data.SLACK_BOT_TOKEN,
      signingSecret: data.SLACK_SIGNING_SECRET,
      appToken: data.SLACK_APP_TOKEN,
      apiUrl: data.SLACK_API_URL,
      channel: data.TRACEFALL_CHANNEL,
    }),
    redisUrl: data.REDIS_URL,
    port: data.PORT,
    otlpToken: data.OTLP_TOKEN,
  });
}

/** For a function, which needs nothing else. Throws like `config`. */
export function redisUrl(environment: Source = process.env): string {
  const read = Environment.pick({ REDIS_URL: true }).safeParse(withoutEmpty(environment));
  if (!read.success) throw new Error(`Configuration: ${faults(read.error)}`);
  return read.data.REDIS_URL;
}

/** An empty variable is one that nobody set. */
const withoutEmpty = (environment: Source): Source =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));

const faults = (error: z.ZodError): string =>
  error.issues
    .map((issue) => `\n  ${issue.path.join('.')}: ${issue.code === 'invalid_type' ? 'is missing' : issue.message}`)
    .join('');

const Local = z.object({
  REDIS_URL: Environment.shape.REDIS_URL.optional(),
  PORT: port,
  /** Set: a workspace of one's own, whose other variables must be set too. */
  SLACK_BOT_TOKEN: z.string().optional(),
  /** A local-slack of one's own. */
  LOCAL_SLACK: z.string().optional(),
  /** Folder for everything that is brought and kept. */
  TRACEFALL_DATA: z.string().default('.tracefall'),
});
export type LocalConfig = z.output<typeof Local>;

/** Of `tracefall local`, which brings what is not set. */
export function localConfig(environment: Source = process.env): LocalConfig {
  const read = Local.safeParse(withoutEmpty(environment));
  if (!read.success) throw new Error(`Configuration: ${faults(read.error)}`);
  return read.data;
}
