import { type GivenUp, SHED_PERCENT, type ShortOfMemory, type Silent, type Trouble } from '../incident/trouble.ts';
import { fromSeconds, type Micros, micros, roughly, spelled } from '../units.ts';
import { capital } from './cause-words.ts';
import { HEADER_CHARACTERS, TOP_LEVEL_CHARACTERS } from './limits.ts';
import { code, plain, plainEscaped } from './mrkdwn.ts';
import { METADATA_TYPE, type RootMessage } from './root-message.ts';
import { sourceWords } from './source-words.ts';
import { type Times, UTC_TIMES } from './times.ts';

/** Neither an incident nor a thread to work in: what Tracefall itself dropped, gave up or misses, what follows, and how to bring it back. */
export function troubleMessage(trouble: Trouble, times: Times): RootMessage {
  const header = headline(trouble);
  const id = `trouble-${trouble.id}`;
  const inWords = said(trouble, UTC_TIMES, IN_WORDS).map((line) => line.replace(/[\w”]$/, '$&.'));
  return {
    text: plainEscaped(`${header}. ${inWords.join(' ')}`, TOP_LEVEL_CHARACTERS),
    blocks: [
      { type: 'header', block_id: id, text: { type: 'plain_text', text: plain(header, HEADER_CHARACTERS), emoji: true } },
      { type: 'section', text: { type: 'mrkdwn', text: said(trouble, times, IN_MRKDWN).join('\n'), verbatim: true } },
      { type: 'context', elements: [{ type: 'mrkdwn', text: 'About Tracefall itself, not about your system', verbatim: true }] },
    ],
    metadata: { event_type: METADATA_TYPE, event_payload: { id } },
  };
}

type Marks = { readonly quoted: (said: string) => string; readonly strong: (words: string) => string };

const REASON_CHARACTERS = 600;
const IN_MRKDWN: Marks = { quoted: (text) => code(text, REASON_CHARACTERS), strong: (words) => `*${words}*` };
/** Where nothing is formatted; what is escaped is so once, with all of it. */
const IN_WORDS: Marks = { quoted: (text) => `“${plain(text, REASON_CHARACTERS)}”`, strong: (words) => words };

function headline({ what, state }: Trouble): string {
  const continued = state === 'continued' ? ': see the newer message' : '';
  const sign = continued === '' ? '⚠️' : '➡️';
  if (what.kind === 'given-up')
    return state === 'over'
      ? `✅ No ${worksOf(what).one} is given up any more`
      : `${sign} Tracefall gave up ${amount(what)}${continued}`;
  if (what.kind === 'silent') return silentHeadline(what, state);
  if (state === 'over') return '✅ The memory of Tracefall’s Redis suffices again';
  const full = `memory of Tracefall’s Redis is ${what.usedPercent} % full${continued}`;
  return what.sheds ? `${sign} Healthy traces are not kept: the ${full}` : `${sign} The ${full}`;
}

function said({ what, state }: Trouble, times: Times, marks: Marks): readonly string[] {
  if (state === 'continued') return ['What is missing, why, and how to mend it stands there.'];
  if (what.kind === 'silent') return ofSilence(what, state, times, marks);
  return what.kind === 'given-up' ? ofGivenUp(what, state, times, marks) : ofMemory(what, state, marks);
}

function silentHeadline({ source, to }: Silent, state: Trouble['state']): string {
  const { name } = sourceWords(source);
  if (state === 'continued') return `➡️ ${capital(name)} had stopped coming, and have again: see the newer message`;
  if (state === 'lasts') return `⚠️ ${capital(name)} have stopped coming`;
  return to === undefined ? `➡️ ${capital(name)} are waited for no more` : `✅ ${capital(name)} come again`;
}

function ofSilence(what: Silent, state: Trouble['state'], times: Times, { quoted, strong }: Marks): readonly string[] {
  const { source, from, to, usual, refused } = what;
  if (to !== undefined)
    return [
      `None came from ${times.full(from)} to ${(to - from < HALF_A_DAY ? times.clock : times.full)(to)}, ${minutes(from, to)}.`,
      'What failed then is told as far as its senders still deliver it; the rest Tracefall has not seen.',
    ];
  if (state === 'over') return ['None have come for a week. When they come again, they are watched again.'];
  return [
    `The last came ${times.full(from)}. At this time of day they pause for ${roughly(usual)} at most.`,
    `${strong('What fails there now is not told')}: silence is no sign of health.`,
    ...(refused === undefined ? [] : [`${strong('What has come since was refused')}: ${quoted(refused)}`]),
    `${strong('Where to look')}: ${sourceWords(source).look}`,
  ];
}

const HALF_A_DAY = fromSeconds(43_200);
const MINUTE = fromSeconds(60);
/** As their clocks say it: from 14:02 to 14:19 are 17 min. */
const minutes = (from: Micros, to: Micros): string =>
  spelled(micros((Math.floor(to / MINUTE) - Math.floor(from / MINUTE)) * MINUTE));

function ofGivenUp(what: GivenUp, state: Trouble['state'], times: Times, { quoted, strong }: Marks): readonly string[] {
  if (state === 'over') return ['All that were have been done again, or are forgotten after two weeks.'];
  return [
    `${capital(worksOf(what).missing)}.`,
    `${strong('Why')}, of the last, ${times.full(what.last)}: ${quoted(what.why)}`,
    `${strong('When that is mended')}, have them done again: ${quoted(`tracefall replay ${what.queue}`)}`,
  ];
}

function ofMemory(
  { usedPercent, sheds, shed }: ShortOfMemory,
  state: Trouble['state'],
  { quoted, strong }: Marks,
): readonly string[] {
  const lost = `${shed.toLocaleString('en')} spans and logs of healthy traces were not kept within a day`;
  const gone = shed === 0 ? [] : [`${lost}: ${quoted('/trace')} does not find them, and nothing brings them back.`];
  if (state === 'over') return [`It is ${usedPercent} % full, and everything is kept.`, ...gone];
  const rule = sheds
    ? 'What fails or is slow is kept: the rest of the memory is for that.'
    : `Everything is kept as yet. From ${SHED_PERCENT} % on healthy traces are not, and what fails or is slow still is.`;
  return [rule, ...gone, `${strong('To mend it')}, give Redis more memory (${quoted('maxmemory')}).`];
}

/** What a queue's jobs do, and what is missing without them. */
type Works = { readonly one: string; readonly many: string; readonly missing: string };

/** A map, in which only these are: any text may be the name of a queue here. */
const WORKS: ReadonlyMap<string, Works> = new Map(
  Object.entries({
    examine: {
      ...{ one: 'examination of a failing or slow transaction', many: 'examinations of failing or slow transactions' },
      missing: 'what would have been found is in no incident, and nobody was told',
    },
    announce: {
      ...{ one: 'update of an incident’s thread', many: 'updates of incidents’ threads' },
      missing: 'some thread is missing, or says less than is known',
    },
    answer: {
      one: 'answer to a person',
      many: 'answers to people',
      missing: 'who asked waits in vain; they had better ask again',
    },
    gather: {
      ...{ one: 'search in AWS', many: 'searches in AWS' },
      missing: 'some incident lacks what only AWS knows of it',
    },
    publish: { one: 'event for the bus', many: 'events for the bus', missing: 'other programs have not heard of some incident' },
    revisit: {
      ...{ one: 'look whether an incident is over', many: 'looks whether incidents are over' },
      missing: 'some incident may stay open or asleep',
    },
    storm: { one: 'update of a storm’s message', many: 'updates of a storm’s message', missing: 'it says less than is known' },
    unfurl: { one: 'preview of a link', many: 'previews of links', missing: 'some link shows nothing below it' },
  }),
);

const worksOf = ({ queue }: GivenUp): Works =>
  WORKS.get(queue) ?? { one: `job of ${queue}`, many: `jobs of ${queue}`, missing: 'what they would have done is not done' };

const amount = (what: GivenUp): string =>
  what.count === 1 ? `one ${worksOf(what).one}` : `${what.count.toLocaleString('en')} ${worksOf(what).many}`;
