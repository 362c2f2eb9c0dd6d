import { z } from 'zod';
import { Secret } from './secret.ts';

/** What the processes read from the environment, checked whole before anything starts. */
export type Config = {
  readonly slack: SlackConfig;
  readonly redisUrl: string;
  readonly port: number;
  /** Each may send; none: anybody may. */
  readonly otlpTokens: readonly Secret[];
  /** Records a second that each token may send; undefined: as many as it likes. */
  readonly otlpRate: number | undefined;
  /** undefined: `/metrics` is open to whoever reaches the port. */
  readonly metricsToken: Secret | undefined;
  readonly aws: AwsDoorsConfig;
  readonly awsCalls: AwsCallsConfig;
  readonly rules: RulesConfig;
};

/** Where the routing and rules stand: in a file, or here where there is no place for one. With neither the usual ones. */
export type RulesConfig = { readonly file?: string | undefined; readonly text?: string | undefined };

/** What the worker itself asks and tells AWS; with neither it needs no credential. */
export type AwsCallsConfig = { readonly pull: boolean; readonly eventBus: string | undefined };

/** `POST /aws/events` and `POST /aws/firehose`: without its key a door stays shut. */
export type AwsDoorsConfig = {
  readonly eventsKeys: readonly Secret[];
  readonly firehoseKeys: readonly Secret[];
  /** AWS accounts that may send; undefined: whoever has the key. */
  readonly accounts: ReadonlySet<string> | undefined;
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
  readonly guests: boolean;
};

const DEFAULT_PORT = 3_000;

const port = z.coerce.number('expected a port number').int('expected a port number').min(0).max(65_535).default(DEFAULT_PORT);
const secret = z
  .string()
  .min(1)
  .transform((text) => new Secret(text));
/** Several with commas between: one for each sender, or the new one and the one before it while they change. */
const secrets = z
  .string()
  .transform((text) => text.split(',').map((each) => each.trim()))
  .refine((list) => list.every((each) => each !== ''), 'expected one secret, or several with commas between')
  .transform((list): readonly Secret[] => list.map((each) => new Secret(each)))
  .default([]);
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
  TRACEFALL_GUESTS: z.literal('allow', 'expected allow, or nothing').optional(),
  SLACK_APP_TOKEN: z.string().startsWith('xapp-', 'expected an app-level token: it begins with xapp-').pipe(secret).optional(),
  SLACK_API_URL: url(/^https?$/).optional(),
  TRACEFALL_CHANNEL: z.string().regex(/^[CG][A-Z0-9]{2,}$/, 'expected a channel id like C0123456789, not a name'),
};

/** Over HTTP, every request is checked against the signing secret; Socket Mode has none. */
const isVerifiable = (slack: { SLACK_SIGNING_SECRET?: unknown; SLACK_APP_TOKEN?: unknown }): boolean =>
  slack.SLACK_SIGNING_SECRET !== undefined || slack.SLACK_APP_TOKEN !== undefined;
const UNVERIFIABLE = { path: ['SLACK_SIGNING_SECRET'], when: () => true };

const SlackEnvironment = z.object(slackVariables).refine(isVerifiable, UNVERIFIABLE);

/** AWS accounts that may send, by their ids. */
const accounts = z
  .string()
  .regex(/^\d{12}(?:\s*,\s*\d{12})*$/, 'expected ids of AWS accounts, twelve digits each, with commas between')
  .transform((text) => new Set(text.split(',').map((id) => id.trim())));

const variables = z.object({
  ...slackVariables,
  REDIS_URL: url(/^rediss?$/),
  PORT: port,
  OTLP_TOKEN: secrets,
  OTLP_RATE: z.coerce.number('expected records a second').positive('expected records a second').optional(),
  METRICS_TOKEN: secret.optional(),
  AWS_EVENTS_KEY: secrets,
  AWS_FIREHOSE_KEY: secrets,
  TRACEFALL_ACCOUNTS: accounts.optional(),
  TRACEFALL_PULL: z.enum(['on', 'off'], 'expected on or off').default('off'),
  TRACEFALL_EVENT_BUS: z.string().optional(),
  TRACEFALL_CONFIG: z.string().optional(),
  TRACEFALL_RULES: z.string().optional(),
});

const hasOneSetOfRules = (rules: { TRACEFALL_CONFIG?: unknown; TRACEFALL_RULES?: unknown }): boolean =>
  rules.TRACEFALL_CONFIG === undefined || rules.TRACEFALL_RULES === undefined;
const TWO_SETS_OF_RULES = { path: ['TRACEFALL_RULES'], error: 'expected without TRACEFALL_CONFIG: rules stand in one place' };

const Environment = variables.refine(isVerifiable, UNVERIFIABLE).refine(hasOneSetOfRules, TWO_SETS_OF_RULES);

type Source = Readonly<Record<string, string | undefined>>;

/** The rules' part alone. */
export const rulesConfig = (environment: Source = process.env): RulesConfig =>
  rulesOf(checked(variables.pick({ TRACEFALL_CONFIG: true, TRACEFALL_RULES: true }), environment));

const rulesOf = (data: { TRACEFALL_CONFIG?: string | undefined; TRACEFALL_RULES?: string | undefined }): RulesConfig => ({
  file: data.TRACEFALL_CONFIG,
  text: data.TRACEFALL_RULES,
});

/** Throws one Error that lists every fault by the variable's name, never its value. */
export function config(environment: Source = process.env): Config {
  const data = checked(Environment, environment);
  return Object.freeze({
    slack: slackOf(data),
    redisUrl: data.REDIS_URL,
    port: data.PORT,
    otlpTokens: data.OTLP_TOKEN,
    otlpRate: data.OTLP_RATE,
    metricsToken: data.METRICS_TOKEN,
    aws: Object.freeze({
      eventsKeys: data.AWS_EVENTS_KEY,
      firehoseKeys: data.AWS_FIREHOSE_KEY,
      accounts: data.TRACEFALL_ACCOUNTS,
    }),
    awsCalls: Object.freeze({ pull: data.TRACEFALL_PULL === 'on', eventBus: data.TRACEFALL_EVENT_BUS }),
    rules: rulesOf(data),
  });
}

/** The Slack part alone. Throws like `config`. */
export const slackConfig = (environment: Source = process.env): SlackConfig => slackOf(checked(SlackEnvironment, environment));

const slackOf = (data: z.output<typeof SlackEnvironment>): SlackConfig =>
  Object.freeze({
    botToken: data.SLACK_BOT_TOKEN,
    signingSecret: data.SLACK_SIGNING_SECRET,
    previousSecret: data.SLACK_SIGNING_SECRET_PREVIOUS,
    welcome: welcomeOf(data),
    appToken: data.SLACK_APP_TOKEN,
    apiUrl: data.SLACK_API_URL,
    channel: data.TRACEFALL_CHANNEL,
  });

const welcomeOf = (data: WelcomeVariables): Welcome =>
  Object.freeze({
    workspaces: data.TRACEFALL_WORKSPACES,
    enterprises: data.TRACEFALL_ENTERPRISES,
    channels: data.TRACEFALL_CHANNELS,
    guests: data.TRACEFALL_GUESTS === 'allow',
  });
type WelcomeVariables = Pick<
  z.output<typeof SlackEnvironment>,
  'TRACEFALL_WORKSPACES' | 'TRACEFALL_ENTERPRISES' | 'TRACEFALL_CHANNELS' | 'TRACEFALL_GUESTS'
>;

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

const FunctionEnvironment = variables.pick({ REDIS_URL: true, TRACEFALL_ACCOUNTS: true });
const SlackFunctionEnvironment = variables
  .pick({ REDIS_URL: true, SLACK_BOT_TOKEN: true, SLACK_API_URL: true, SLACK_SIGNING_SECRET_PREVIOUS: true })
  .extend(
    variables.pick({ TRACEFALL_WORKSPACES: true, TRACEFALL_ENTERPRISES: true, TRACEFALL_CHANNELS: true, TRACEFALL_GUESTS: true })
      .shape,
  )
  .extend({ SLACK_SIGNING_SECRET: secret });

/** Of a function that keeps telemetry; it needs nothing else. Throws like `config`. */
export function functionConfig(environment: Source = process.env) {
  const { REDIS_URL, TRACEFALL_ACCOUNTS } = checked(FunctionEnvironment, environment);
  return { redisUrl: REDIS_URL, accounts: TRACEFALL_ACCOUNTS };
}

/** Of the function that Slack calls. Throws like `config`. */
export function slackFunctionConfig(environment: Source = process.env) {
  const data = checked(SlackFunctionEnvironment, environment);
  return {
    redisUrl: data.REDIS_URL,
    botToken: data.SLACK_BOT_TOKEN,
    signingSecret: data.SLACK_SIGNING_SECRET,
    previousSecret: data.SLACK_SIGNING_SECRET_PREVIOUS,
    welcome: welcomeOf(data),
    apiUrl: data.SLACK_API_URL,
  };
}

/** An empty variable is one that nobody set. */
const withoutEmpty = (environment: Source): Source =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));

const Local = z.object({
  REDIS_URL: variables.shape.REDIS_URL.optional(),
  PORT: port,
  /** Set: a workspace of one's own, whose other variables must be set too. */
  SLACK_BOT_TOKEN: z.string().optional(),
  OTLP_TOKEN: secrets,
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

/** By any of these the SDK finds a credential without asking the machine's metadata service, which off AWS nobody answers. */
const AWS_CREDENTIALS = [
  ...['AWS_ACCESS_KEY_ID', 'AWS_PROFILE', 'AWS_WEB_IDENTITY_TOKEN_FILE'],
  ...['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_CONTAINER_CREDENTIALS_FULL_URI'],
];

/** Of `tracefall doctor`, beside what it checks. */
export const doctorConfig = (environment: Source = process.env) => ({
  awsCredential: AWS_CREDENTIALS.some((name) => Boolean(environment[name])),
});
