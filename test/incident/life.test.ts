import { describe, expect, test } from 'vitest';
import { type Deed, type IncidentState, type Life, type LifeEvent, may, NEW_LIFE, step } from '../../src/incident/life.ts';
import { fromSeconds, type Micros, micros } from '../../src/units.ts';

const NOW = fromSeconds(1_795_356_127);
const minutes = (count: number): Micros => fromSeconds(count * 60);
const plus = (time: Micros): Micros => micros(NOW + time);

/** One life in each state. */
const LIVES: Readonly<Record<IncidentState, Life>> = {
  open: NEW_LIFE,
  acknowledged: { ...NEW_LIFE, state: 'acknowledged', by: 'U0MAYA', at: NOW },
  snoozed: { ...NEW_LIFE, state: 'snoozed', by: 'U0MAYA', at: NOW, until: { kind: 'time', at: plus(minutes(15)) } },
  flapping: { ...NEW_LIFE, state: 'flapping', times: 4, resting: false },
  resolved: { ...NEW_LIFE, state: 'resolved', by: 'U0MAYA', at: NOW },
  merged: { ...NEW_LIFE, state: 'merged', into: 'other' },
};

const live = (life: Life, ...events: readonly (readonly [LifeEvent, Micros])[]): Life =>
  events.reduce((before, [event, at]) => {
    const next = step(before, event, at);
    return next.kind === 'changed' ? next.life : before;
  }, life);

const failedAt = (at: Micros, version?: string): readonly [LifeEvent, Micros] => [{ kind: 'failed', at, version }, at];

test.each<[Deed['kind'], readonly IncidentState[]]>([
  ['acknowledge', ['open', 'snoozed', 'flapping']],
  ['resolve', ['open', 'acknowledged', 'snoozed', 'flapping']],
  ['snooze', ['open', 'acknowledged', 'snoozed', 'flapping']],
  ['assign', ['open', 'acknowledged', 'snoozed', 'flapping']],
  ['reopen', ['resolved']],
  ['note', ['open', 'acknowledged', 'snoozed', 'flapping', 'resolved', 'merged']],
])('a person may %s what is %j, and nothing else', (deed, states) => {
  expect(Object.entries(LIVES).flatMap(([state, life]) => (may(life, deed) ? [state] : []))).toEqual(states);
});

test('every change by a person says who, when, from where to where', () => {
  expect(step(NEW_LIFE, { kind: 'acknowledge', by: 'U0MAYA', message: '1.000001' }, NOW)).toEqual({
    kind: 'changed',
    life: { ...NEW_LIFE, state: 'acknowledged', by: 'U0MAYA', at: NOW },
    entry: {
      at: NOW,
      by: 'U0MAYA',
      what: 'acknowledged',
      from: 'open',
      to: 'acknowledged',
      text: undefined,
      message: '1.000001',
    },
  });
});

test('an assignment keeps the state, and a note everything', () => {
  const assigned = live(LIVES.acknowledged, [{ kind: 'assign', by: 'U0MAYA', to: 'U0JONAS' }, NOW]);

  expect(assigned).toEqual({ ...LIVES.acknowledged, assignee: 'U0JONAS' });
  expect(live(assigned, [{ kind: 'note', by: 'U0JONAS', text: 'x' }, NOW])).toEqual(assigned);
});

describe('another failure', () => {
  test.each(['open', 'acknowledged', 'snoozed', 'merged', 'flapping'] as const)('changes nothing while it is %s', (state) => {
    expect(step(LIVES[state], failedAt(plus(minutes(1)))[0], plus(minutes(1)))).toEqual({ kind: 'same' });
  });

  test('reopens what was resolved, but not when it had failed before that and is told late', () => {
    expect(live(LIVES.resolved, failedAt(plus(minutes(1)))).state).toBe('open');
    expect(step(LIVES.resolved, { kind: 'failed', at: NOW, version: undefined }, plus(minutes(1)))).toEqual({ kind: 'same' });
  });

  test('of another version ends a snooze until the next deployment; of the same or of none it does not', () => {
    const snoozed: Life = { ...LIVES.open, state: 'snoozed', by: 'U0MAYA', at: NOW, until: { kind: 'deployment', version: '1' } };

    expect(live(snoozed, failedAt(NOW, '1')).state).toBe('snoozed');
    expect(live(snoozed, failedAt(NOW)).state).toBe('snoozed');
    expect(live(snoozed, failedAt(NOW, '2')).state).toBe('open');
  });
});

describe('what opens and closes again and again', () => {
  const resolve = (at: Micros): readonly [LifeEvent, Micros] => [{ kind: 'recovered', quietFor: minutes(7) }, at];
  const turns = (count: number, each: Micros): Life =>
    live(
      NEW_LIFE,
      ...Array.from({ length: count }, (_, n) => [
        resolve(plus(micros(n * each))),
        failedAt(plus(micros(n * each + fromSeconds(1)))),
      ]).flat(),
    );

  test('more than three times in half an hour is flapping, with a count', () => {
    expect(turns(3, minutes(8)).state).toBe('open');
    expect(turns(4, minutes(8))).toMatchObject({ state: 'flapping', times: 4 });
    expect(turns(9, minutes(16)).state).toBe('open');
  });

  test('is counted on without a word, and is over after half an hour of rest', () => {
    const flapping = turns(4, minutes(8));
    const rest: readonly [LifeEvent, Micros] = [{ kind: 'recovered', quietFor: minutes(7) }, plus(minutes(40))];

    expect(live(flapping, rest, failedAt(plus(minutes(41))))).toMatchObject({ state: 'flapping', times: 5, resting: false });
    expect(step(flapping, rest[0], rest[1])).toMatchObject({ kind: 'changed', entry: undefined });
    expect(live(flapping, rest, [{ kind: 'recovered', quietFor: minutes(30) }, plus(minutes(63))]).state).toBe('resolved');
  });
});

test('nothing that Tracefall finds takes back what a person has said', () => {
  const over: LifeEvent = { kind: 'recovered', quietFor: minutes(600) };

  expect(step(LIVES.acknowledged, over, plus(minutes(600)))).toEqual({ kind: 'same' });
  expect(step(LIVES.snoozed, over, plus(minutes(600)))).toEqual({ kind: 'same' });
  expect(live(LIVES.open, [over, plus(minutes(600))])).toMatchObject({ state: 'resolved', by: 'tracefall' });
});

test('a snooze ends when its time has come, not before', () => {
  expect(step(LIVES.snoozed, { kind: 'woke' }, plus(minutes(14)))).toEqual({ kind: 'same' });
  expect(live(LIVES.snoozed, [{ kind: 'woke' }, plus(minutes(15))]).state).toBe('open');
});
