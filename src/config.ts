import { z } from 'zod';

/** What the processes read from the environment, checked whole before anything starts. */
export type Config = {
  readonly slack: SlackConfig;
  readonly redisUrl: string;
  readonly port: number;
  readonly otlpToken: Secret | undefined;
  /** Path of the routing and rules file. */
  readonly rulesFile: string | undefined;
};

export type SlackConfig = {
  readonly botToken: Secret;
  /** undefined in Socket Mode only. */
  readonly signingSecret: Secret | undefined;
  /** The one before it, while Slack may still sign with either. */
  readonly previousSecret?: Secret | undefined;
  /** Socket Mode instead of HTTP. */
  readonly appToken: Secret | undefined;
  /** undefined: Slack's own. */
  readonly apiUrl: string | undefined;
  readonly channel: string;
  /** Whose requests are taken; undefined: everybody's in the workspace. */
  readonly welcome?: Welcome;
};

type Welcome = {
  readonly workspaces: ReadonlySet<string> | undefined;
  readonly enterprises: ReadonlySet<string> | undefined;
  readonly channels: ReadonlySet<string> | undefined;
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

const port = z.coerce.number('expected a port number').int('expected a port number').min(0).max(65_535).default(DEFAULT_PORT);
const secret = z
  .string()
  .min(1)
  .transform((text) => new Secret(text));
const url = (protocols: RegExp) => z.url({ protocol: protocols, error: `expected a URL (${protocols.source})` });

/** Slack's ids with commas between. */
const ids = (letter: RegExp) =>
  z
    .string()
    .transform((text) => text.split(',').map((id) => id.trim()))
    .refine((list) => list.every((id) => letter.test(id)), `expected ids like ${letter.source}, with commas between`)
    .transform((list): ReadonlySet<string> => new Set(list))
    .optional();

const slackVariables = {
  SLACK_BOT_TOKEN: z.string().startsWith('xoxb-', 'expected a bot token: it begins with xoxb-').pipe(secret),
  SLACK_SIGNING_SECRET: secret.optional(),
  SLACK_SIGNING_SECRET_PREVIOUS: secret.optional(),
  TRACEFALL_WORKSPACES: ids(/^T[A-Z0-9]+$/),
  TRACEFALL_ENTERPRISES: ids(/^E[A-Z0-9]+$/),
  TRACEFALL_CHANNELS: ids(/^[CGD][A-Z0-9]+$/),
  SLACK_APP_TOKEN: z.string().startsWith('xapp-', 'expected an app-level token: it begins with xapp-').pipe(secret).optional(),
  SLACK_API_URL: url(/^https?$/).optional(),
  TRACEFALL_CHANNEL: z.string().regex(/^[CG][A-Z0-9]{2,}$/, 'expected a channel id like C0123456789, not a name'),
};

/** Over HTTP, every request is checked against the signing secret; Socket Mode has none. */
const isVerifiable = (slack: { SLACK_SIGNING_SECRET?: unknown; SLACK_APP_TOKEN?: unknown }): boolean =>
  slack.SLACK_SIGNING_SECRET !== undefined || slack.SLACK_APP_TOKEN !== undefined;
const UNVERIFIABLE = { path: ['SLACK_SIGNING_SECRET'], when: () => true };

const SlackEnvironment = z.object(slackVariables).refine(isVerifiable, UNVERIFIABLE);

const variables = z.object({
  ...slackVariables,
  REDIS_URL: url(/^rediss?$/),
  PORT: port,
  OTLP_TOKEN: secret.optional(),
  TRACEFALL_CONFIG: z.string().optional(),
});
const Environment = variables.refine(isVerifiable, UNVERIFIABLE);

type Source = Readonly<Record<string, string | undefined>>;

/** Throws one Error that lists every fault by the variable's name, never its value. */
export function config(environment: Source = process.env): Config {
  const data = checked(Environment, environment);
  return Object.freeze({
    slack: slackOf(data),
    redisUrl: data.REDIS_URL,
    port: data.PORT,
    otlpToken: data.OTLP_TOKEN,
    rulesFile: data.TRACEFALL_CONFIG,
  });
}

/** The Slack part alone. Throws like `config`. */
export const slackConfig = (environment: Source = process.env): SlackConfig => slackOf(checked(SlackEnvironment, environment));

const slackOf = (data: z.output<typeof SlackEnvironment>): SlackConfig =>
  Object.freeze({
    botToken: data.SLACK_BOT_TOKEN,
    signingSecret: data.SLACK_SIGNING_SECRET,
    previousSecret: data.SLACK_SIGNING_SECRET_PREVIOUS,
    welcome: Object.freeze({
      workspaces: data.TRACEFALL_WORKSPACES,
      enterprises: data.TRACEFALL_ENTERPRISES,
      channels: data.TRACEFALL_CHANNELS,
    }),
    appToken: data.SLACK_APP_TOKEN,
    apiUrl: data.SLACK_API_URL,
    channel: data.TRACEFALL_CHANNEL,
  });

function checked<S extends z.ZodType>(schema: S, environment: Source): z.output<S> {
  const set = withoutEmpty(environment);
  const read = schema.safeParse(set);
  if (read.success) return read.data;
  const faults = read.error.issues.map(({ path, message }) => {
    const name = path.join('.');
    return `\n  ${name}: ${set[name] === undefined ? 'is missing' : message}`;
  });
  throw new Error(`Configuration: ${faults.join('')}`);
}

/** For a function, which needs nothing else. Throws like `config`. */
export function redisUrl(environment: Source = process.env): string {
  return checked(variables.pick({ REDIS_URL: true }), environment).REDIS_URL;
}

/** An empty variable is one that nobody set. */
const withoutEmpty = (environment: Source): Source =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));

const Local = z.object({
  REDIS_URL: variables.shape.REDIS_URL.optional(),
  PORT: port,
  /** Set: a workspace of one's own, whose other variables must be set too. */
  SLACK_BOT_TOKEN: z.string().optional(),
  OTLP_TOKEN: secret.optional(),
  TRACEFALL_CONFIG: z.string().optional(),
  /** A local-slack of one's own. */
  LOCAL_SLACK: z.string().optional(),
  /** Folder for everything that is brought and kept. */
  TRACEFALL_DATA: z.string().default('.tracefall'),
});
export type LocalConfig = z.output<typeof Local>;

/** Of `tracefall local`, which brings what is not set. */
export function localConfig(environment: Source = process.env): LocalConfig {
  return checked(Local, environment);
}
