import { type GivenUp, SHED_PERCENT, type ShortOfMemory, type Trouble } from '../incident/trouble.ts';
import { capital } from './cause-words.ts';
import { HEADER_CHARACTERS, TOP_LEVEL_CHARACTERS } from './limits.ts';
import { code, plain, plainEscaped } from './mrkdwn.ts';
import { METADATA_TYPE, type RootMessage } from './root-message.ts';
import { type Times, UTC_TIMES } from './times.ts';

/** Neither an incident nor a thread to work in: what Tracefall itself dropped or gave up, what follows, and how to bring it back. */
export function troubleMessage(trouble: Trouble, times: Times): RootMessage {
  const header = headline(trouble);
  const id = `trouble-${trouble.id}`;
  return {
    text: plainEscaped(`${header}. ${said(trouble, UTC_TIMES).map(sentence).join(' ')}`, TOP_LEVEL_CHARACTERS),
    blocks: [
      { type: 'header', block_id: id, text: { type: 'plain_text', text: plain(header, HEADER_CHARACTERS), emoji: true } },
      { type: 'section', text: { type: 'mrkdwn', text: said(trouble, times).join('\n'), verbatim: true } },
      { type: 'context', elements: [{ type: 'mrkdwn', text: 'About Tracefall itself, not about your system', verbatim: true }] },
    ],
    metadata: { event_type: METADATA_TYPE, event_payload: { id } },
  };
}

const sentence = (markup: string): string => markup.replaceAll(/[*`]/g, '').replace(/\w$/, '$&.');

function headline({ what, over }: Trouble): string {
  if (what.kind === 'given-up')
    return over ? `✅ No ${worksOf(what).one} is given up any more` : `⚠️ Tracefall gave up ${amount(what)}`;
  if (over) return '✅ The memory of Tracefall’s Redis suffices again';
  return what.sheds
    ? `⚠️ Healthy traces are not kept: the memory of Tracefall’s Redis is ${what.usedPercent} % full`
    : `⚠️ The memory of Tracefall’s Redis is ${what.usedPercent} % full`;
}

const said = ({ what, over }: Trouble, times: Times): readonly string[] =>
  what.kind === 'given-up' ? ofGivenUp(what, over, times) : ofMemory(what, over);

function ofGivenUp(what: GivenUp, over: boolean, times: Times): readonly string[] {
  if (over) return ['All that were have been done again, or are forgotten after two weeks.'];
  return [
    `${capital(worksOf(what).missing)}.`,
    `*Why*, of the last, ${times.full(what.last)}: ${code(what.why, 600)}`,
    `*When that is mended*, have them done again: ${code(`tracefall replay ${what.queue}`)}`,
  ];
}

function ofMemory({ usedPercent, sheds, shed }: ShortOfMemory, over: boolean): readonly string[] {
  const lost = `${shed.toLocaleString('en')} spans and logs of healthy traces were not kept within a day`;
  const gone = shed === 0 ? [] : [`${lost}: ${code('/trace')} does not find them, and nothing brings them back.`];
  if (over) return [`It is ${usedPercent} % full, and everything is kept.`, ...gone];
  const rule = sheds
    ? 'What fails or is slow is kept: the rest of the memory is for that.'
    : `Everything is kept as yet. From ${SHED_PERCENT} % on healthy traces are not, and what fails or is slow still is.`;
  return [rule, ...gone, `*To mend it*, give Redis more memory (${code('maxmemory')}).`];
}

/** What a queue's jobs do, and what is missing without them. */
type Works = { readonly one: string; readonly many: string; readonly missing: string };

const WORKS: Readonly<Record<string, Works>> = {
  examine: {
    ...{ one: 'examination of a failing or slow transaction', many: 'examinations of failing or slow transactions' },
    missing: 'what would have been found is in no incident, and nobody was told',
  },
  announce: {
    ...{ one: 'update of an incident’s thread', many: 'updates of incidents’ threads' },
    missing: 'some thread is missing, or says less than is known',
  },
  answer: { one: 'answer to a person', many: 'answers to people', missing: 'who asked waits in vain; they had better ask again' },
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
};

const worksOf = ({ queue }: GivenUp): Works =>
  WORKS[queue] ?? { one: `job of ${queue}`, many: `jobs of ${queue}`, missing: 'what they would have done is not done' };

const amount = (what: GivenUp): string =>
  what.count === 1 ? `one ${worksOf(what).one}` : `${what.count.toLocaleString('en')} ${worksOf(what).many}`;
