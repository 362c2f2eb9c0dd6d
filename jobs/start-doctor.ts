import { config, doctorConfig, functionConfig, slackConfig } from '../src/config.ts';
import { type Finding, findingsText, good, missing, missingIn, noted, type Section } from '../src/findings.ts';
import { patientConnection } from '../src/redis/connection.ts';
import { fitnessOf } from '../src/redis/fitness.ts';
import { countGivenUp } from '../src/redis/given-up.ts';
import { checkSlack } from '../src/slack/checkup.ts';
import { fontFault } from '../src/waterfall/render.ts';
import { within } from '../src/within.ts';

const MEND_REDIS = 'maxmemory-policy noeviction and appendonly yes in redis.conf, or in the parameter group of ElastiCache';
const MEND_FONTS = 'reinstall: the fonts lie beside the code (dist/src/waterfall/fonts), and FONTCONFIG_FILE must not be set';

/** Looks at everything that a start needs and says what is missing. Changes nothing, sends nothing to anybody. Gives the exit code. */
export async function doctor(print: (text: string) => void): Promise<number> {
  const sections: readonly Section[] = [
    { name: 'Configuration', findings: configuration() },
    { name: 'Redis', findings: await redis() },
    { name: 'Slack', findings: await slack() },
    { name: 'AWS', findings: await aws() },
    { name: 'Fonts', findings: fonts() },
  ];
  print(findingsText(sections));
  return missingIn(sections) === 0 ? 0 : 1;
}

const attempt = <T>(read: () => T): T | Error => {
  try {
    return read();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
};

/** Each fault stands on a line of its own. */
function configuration(): readonly Finding[] {
  const read = attempt(config);
  if (!(read instanceof Error)) return [good('every variable that is needed is set and well-formed')];
  const faults = read.message.split('\n  ').slice(1);
  return faults.map((fault) => missing(fault, SOURCES[fault.split(':')[0] ?? ''] ?? 'README.md says what it is'));
}

/** Where a person finds what to set. */
const SOURCES: Readonly<Record<string, string>> = {
  SLACK_BOT_TOKEN: 'https://api.slack.com/apps, the app, OAuth & Permissions: "Bot User OAuth Token"',
  SLACK_SIGNING_SECRET:
    'https://api.slack.com/apps, the app, Basic Information: "Signing Secret"; or SLACK_APP_TOKEN for Socket Mode',
  TRACEFALL_CHANNEL: 'in Slack, the name of the channel, "About": the id stands at the end',
  REDIS_URL: 'rediss://:password@host:6379 of a Redis or Valkey that drops nothing; npm start brings one for trying',
};

async function redis(): Promise<readonly Finding[]> {
  const read = attempt(functionConfig);
  if (read instanceof Error) return [noted('not checked: REDIS_URL is not usable')];
  const connection = patientConnection(read.redisUrl, () => undefined);
  try {
    const began = performance.now();
    const { faults, warnings } = await within(fitnessOf(connection));
    const givenUp = await within(countGivenUp(connection));
    return [
      good(`answers, in ${Math.ceil(performance.now() - began)} ms`),
      ...(faults.length === 0 ? [good('is new enough and drops nothing')] : faults.map((fault) => missing(fault, MEND_REDIS))),
      ...warnings.map((warning) => noted(warning, 'appendonly yes; on ElastiCache a replica in a second zone')),
      ...[...givenUp].map(([queue, count]) => noted(`${count} jobs of ${queue} were given up`, 'tracefall replay says why')),
    ];
  } catch {
    return [missing('does not answer', 'check REDIS_URL, the security group and whether it needs rediss://')];
  } finally {
    connection.disconnect();
  }
}

async function slack(): Promise<readonly Finding[]> {
  const read = attempt(slackConfig);
  if (read instanceof Error) return [noted('not checked: its variables are not usable')];
  const { botToken, signingSecret, apiUrl, channel } = read;
  return await checkSlack({ token: botToken.reveal(), signingSecret: signingSecret?.reveal(), apiUrl, channel });
}

async function aws(): Promise<readonly Finding[]> {
  if (!doctorConfig().awsCredential) return [noted('not checked: there is no credential of AWS here, and the bot needs none')];
  const { checkAws } = await import('../src/aws/checkup.ts');
  return await checkAws();
}

function fonts(): readonly Finding[] {
  const fault = fontFault();
  return [fault === undefined ? good('pictures are drawn with our own') : missing(fault, MEND_FONTS)];
}
