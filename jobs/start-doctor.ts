import { config, doctorConfig, functionConfig, rulesConfig, slackConfig } from '../src/config.ts';
import { type Finding, findingsText, good, missing, missingIn, noted, type Section } from '../src/findings.ts';
import type { Restored } from '../src/incident/recalled.ts';
import { channelsOf, type Rules } from '../src/incident/rules.ts';
import { isWatched, rhythmOf } from '../src/incident/silence.ts';
import { balanceOf, balanceOfExamined, type Examined, type Totals, unaccounted } from '../src/ledger.ts';
import { CLOCKS_DIFFER_MS, timeIn } from '../src/redis/clock.ts';
import { patientConnection } from '../src/redis/connection.ts';
import { readExamined } from '../src/redis/examined.ts';
import { fitnessOf } from '../src/redis/fitness.ts';
import { countGivenUp } from '../src/redis/given-up.ts';
import { readLedgers } from '../src/redis/ledgers.ts';
import { lastRestored } from '../src/redis/recollection.ts';
import { readSeen, type Seen } from '../src/redis/silences.ts';
import { refusedNames } from '../src/redis/usual-names.ts';
import { checkAddress } from '../src/slack/address-checkup.ts';
import { checkSlack } from '../src/slack/checkup.ts';
import { sourceWords } from '../src/slack/source-words.ts';
import { between, fromMillis, type Micros, roughly, spelled, toMillis } from '../src/units.ts';
import { fontFault } from '../src/waterfall/render.ts';
import { within } from '../src/within.ts';
import { readRules } from './start-rules.ts';

const MEND_FONTS = 'reinstall: the fonts lie beside the code (dist/src/waterfall/fonts), and FONTCONFIG_FILE must not be set';

/**
 * Looks at everything that a start needs and says what is missing. Changes nothing, sends nothing to anybody. `address`: where Slack reaches
 * the bot. Gives the exit code.
 */
export async function doctor(print: (text: string) => void, address?: string): Promise<number> {
  const rules = await attempt(() => readRules(rulesConfig(), ''));
  const sections: readonly Section[] = [
    { name: 'Configuration', findings: await configuration() },
    { name: 'Rules', findings: ruled(rules) },
    { name: 'Redis', findings: await redis() },
    { name: 'Slack', findings: await slack(rules instanceof Error ? undefined : rules, address) },
    { name: 'AWS', findings: await aws() },
    { name: 'Fonts', findings: fonts() },
  ];
  print(findingsText(sections));
  return missingIn(sections) === 0 ? 0 : 1;
}

async function attempt<T>(read: () => T | Promise<T>): Promise<T | Error> {
  try {
    return await read();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Each fault stands on a line of its own, below what they are faults of. */
function faultsOf({ message }: Error): readonly string[] {
  const [first = message, ...faults] = message.split('\n  ');
  return faults.length === 0 ? [first] : faults;
}

async function configuration(): Promise<readonly Finding[]> {
  const read = await attempt(config);
  if (!(read instanceof Error)) return [good('every variable that is needed is set and well-formed')];
  return faultsOf(read).map((fault) => missing(fault, SOURCES[fault.split(':')[0] ?? ''] ?? 'README.md says what it is'));
}

/** Where a person finds what to set. */
const SOURCES: Readonly<Record<string, string>> = {
  SLACK_BOT_TOKEN: 'https://api.slack.com/apps, the app, OAuth & Permissions: "Bot User OAuth Token"',
  SLACK_SIGNING_SECRET:
    'https://api.slack.com/apps, the app, Basic Information: "Signing Secret"; or SLACK_APP_TOKEN for Socket Mode',
  TRACEFALL_CHANNEL: 'in Slack, the name of the channel, "About": the id stands at the end',
  REDIS_URL: 'rediss://:password@host:6379 of a Redis or Valkey that drops nothing; npm start brings one for trying',
};

function ruled(read: Rules | Error): readonly Finding[] {
  if (read instanceof Error) return faultsOf(read).map((fault) => missing(fault, 'docs/slack.md says what stands in the file'));
  const { file, text } = rulesConfig();
  if (file === undefined && text === undefined)
    return [noted('none: everything is told in TRACEFALL_CHANNEL', 'TRACEFALL_CONFIG names a file: docs/slack.md')];
  const { routes, mute, thresholds, quietHours } = read;
  const counts = `${routes.length} routes, ${mute.length} mutes, ${thresholds.length} thresholds, ${quietHours.length} quiet hours`;
  return [good(`${file ?? 'TRACEFALL_RULES'}: ${counts}`)];
}

async function redis(): Promise<readonly Finding[]> {
  const read = await attempt(functionConfig);
  if (read instanceof Error) return [noted('not checked: REDIS_URL is not usable')];
  const connection = patientConnection(read.redisUrl, () => undefined);
  try {
    const began = performance.now();
    const clocks = clocksSaid(Date.now() - (await within(timeIn(connection))));
    const fitness = await within(fitnessOf(connection));
    const givenUp = await within(countGivenUp(connection));
    const refused = await within(refusedNames(connection, fromMillis(Date.now())));
    const restored = await within(lastRestored(connection));
    return [
      good(`answers, in ${Math.ceil(performance.now() - began)} ms`),
      ...clocks,
      ...fitness,
      ...(restored ? readBack(restored) : []),
      ...[...givenUp].map(([queue, count]) => noted(`${count} jobs of ${queue} were given up`, 'tracefall replay says why')),
      ...(refused > 0 ? [noted(`${refused} spans found no room among what is usual: too many names`, NAMES_HINT)] : []),
      ...takenIn(await within(readLedgers(connection))),
      ...(await within(readSeen(connection))).map((seen) => lastOf(seen, fromMillis(Date.now()))),
      ...looked(await within(readExamined(connection))),
    ];
  } catch {
    const { host } = new URL(read.redisUrl);
    return [
      missing(`${host} does not answer`, 'check REDIS_URL, its password, the security group and whether it needs rediss://'),
    ];
  } finally {
    connection.disconnect();
  }
}

/** Jobs that wait do so by the clocks of those who ask for them and of the workers; all else goes by Redis's. */
const clocksSaid = (aheadMs: number): readonly Finding[] =>
  Math.abs(aheadMs) > CLOCKS_DIFFER_MS
    ? [
        missing(
          `the clock of this machine is ${spelled(fromMillis(Math.abs(aheadMs)))} ${aheadMs > 0 ? 'ahead of' : 'behind'} that of Redis`,
          'keep both right (NTP): jobs run that much too early or too late',
        ),
      ]
    : [];

const NAMES_HINT = 'something writes ids into the names of spans or services: name the route instead';

/** When Redis was new or had lost what it held. */
const readBack = ({ at, adopted, unread }: Restored): readonly Finding[] =>
  unread.length === 0
    ? [good(`is whole since ${new Date(toMillis(at)).toISOString()}: ${adopted} incidents were read back from Slack then`)]
    : unread.map(({ channel, why }) =>
        noted(
          `what it had lost was not read back from ${channel}: ${why}`,
          'an incident that was open there gets a second thread when it fails again; resolve the first',
        ),
      );

/** Of each source what came in within a day and what became of it: what is missing from the sum was lost. */
const takenIn = (totals: Totals): readonly Finding[] =>
  Object.entries(totals).map(([source, entry]) => {
    const missingOnes = unaccounted(entry);
    if (missingOnes === 0) return good(`${source}: ${balanceOf(entry)}`);
    return missing(`${source}: ${missingOnes} unaccounted for in ${balanceOf(entry)}`, 'a mistake of ours: please report it');
  });

/** When something last came of a source, and what its silence would mean. */
function lastOf({ source, arrivedAt, watch, refused }: Seen, now: Micros): Finding {
  const ago = roughly(between(arrivedAt, now));
  if (!watch || !isWatched(watch, now))
    return noted(`${source}: last ${ago} ago; no worker looks whether it is silent`, 'start a worker');
  const why = refused === undefined ? '' : `; what came since was refused (${refused})`;
  const rhythm = rhythmOf(watch, now);
  if (rhythm.kind !== 'steady') return good(`${source}: last ${ago} ago${why}; ${UNTOLD[rhythm.kind]}`);
  const usual = `it pauses for ${roughly(rhythm.usual)} at most at this time of day`;
  if (watch.silence && watch.silence.to === undefined)
    return noted(`${source}: silent for ${ago}${why}; ${usual}`, sourceWords(source).look);
  return good(`${source}: last ${ago} ago${why}; ${usual}, and ${roughly(rhythm.patience)} of silence are told`);
}

const UNTOLD: Readonly<Record<'unknown' | 'irregular', string>> = {
  unknown: 'its silence is told when 24 hours of it are known',
  irregular: 'its silence is not told: it pauses for long at this time of day',
};

/** Who asked for one was told that it is kept only if its job was there: one without a job waits for its sender to come again, or was lost. */
function looked(examined: Examined): readonly Finding[] {
  const balance = `examinations: ${balanceOfExamined(examined)}`;
  if (examined.asked === 0) return [];
  return [examined.lost === 0 ? good(balance) : noted(balance, 'senders may still repeat them; if not, please report it')];
}

async function slack(rules: Rules | undefined, address: string | undefined): Promise<readonly Finding[]> {
  const read = await attempt(slackConfig);
  if (read instanceof Error) return [noted('not checked: its variables are not usable')];
  const { botToken, signingSecret, appToken, apiUrl, channel } = read;
  const told = channelsOf({ channel: rules?.channel || channel, routes: rules?.routes ?? [] });
  const channels = [...new Set([...told, ...(rules?.notices === undefined ? [] : [rules.notices])])];
  return [
    ...(await checkSlack({
      ...{ token: botToken.reveal(), signingSecret: signingSecret?.reveal(), appToken: appToken?.reveal(), apiUrl, channels },
    })),
    ...(address !== undefined && signingSecret ? [await checkAddress(address, signingSecret.reveal())] : []),
  ];
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
