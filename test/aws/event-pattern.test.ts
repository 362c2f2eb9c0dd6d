import { expect, test } from 'vitest';
import { matches } from './event-pattern.ts';

const event = {
  source: 'aws.ec2',
  detail: {
    state: 'running',
    count: 5,
    ip: null,
    tags: ['web', 'blue'],
    disks: [
      { size: 10, kind: 'ssd' },
      { size: 200, kind: 'disk' },
    ],
  },
};

/** The examples and notes of https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html, in this event's words. */
test.each<readonly [string, unknown, boolean]>([
  ['a value that is listed', { source: ['aws.s3', 'aws.ec2'] }, true],
  ['a value in other letters', { source: ['AWS.EC2'] }, false],
  ['a value in other letters, where that does not matter', { source: [{ 'equals-ignore-case': 'AWS.EC2' }] }, true],
  ['a number that is written as text', { detail: { count: ['5'] } }, false],
  ['null', { detail: { ip: [null] } }, true],
  ['one of the values of a list', { detail: { tags: ['blue'] } }, true],
  ['a field that is not there', { detail: { owner: ['x'] } }, false],
  ['every field of the pattern', { source: ['aws.ec2'], detail: { state: ['stopped'] } }, false],
  ['a prefix', { detail: { state: [{ prefix: 'run' }] } }, true],
  ['a suffix', { detail: { state: [{ suffix: 'run' }] } }, false],
  ['a wildcard', { source: [{ wildcard: 'aws.*2' }] }, true],
  ['anything but a value', { detail: { state: [{ 'anything-but': ['running', 'pending'] }] } }, false],
  ['anything but a prefix', { detail: { state: [{ 'anything-but': { prefix: 'stop' } }] } }, true],
  ['a range of numbers', { detail: { count: [{ numeric: ['>', 0, '<=', 5] }] } }, true],
  ['the presence of a leaf', { detail: { state: [{ exists: true }] } }, true],
  ['the presence of what is no leaf', { detail: [{ exists: true }] }, false],
  ['the absence of a field', { detail: { owner: [{ exists: false }] } }, true],
  ['one of two patterns', { $or: [{ source: ['aws.s3'] }, { detail: { state: ['running'] } }] }, true],
  ['one object of a list as a whole', { detail: { disks: { size: [200], kind: ['ssd'] } } }, false],
])('asks for %s', (_what, pattern, expected) => {
  expect(matches(pattern, event)).toBe(expected);
});

test.each([
  ['an operator that is not built here', { source: [{ cidr: '10.0.0.0/24' }] }, 'no rule for'],
  ['two operators in one', { source: [{ prefix: 'aws', suffix: '2' }] }, 'no rule for'],
  ['a value outside of a list', { source: 'aws.ec2' }, 'a pattern is an object'],
  ['a list of nothing', { source: [] }, 'source asks for nothing'],
  ['a choice of one', { $or: [{ source: ['aws.ec2'] }] }, '$or takes two patterns or more'],
  ['a comparison that there is not', { detail: { count: [{ numeric: ['!=', 5] }] } }, 'no rule for'],
  ['an operand of another kind', { source: [{ prefix: ['aws.'] }] }, 'expected text'],
])('refuses %s, as EventBridge does or because nothing here needs it', (_what, pattern, fault) => {
  expect(() => matches(pattern, event)).toThrow(fault);
});
