import { expect, test } from 'vitest';
import { tellingOf, themeIn } from '../src/incident/rules.ts';
import { rulesIn } from '../src/rules-file.ts';
import { fromMillis, fromSeconds } from '../src/units.ts';
import { alert } from './slack/samples.ts';

const WHOLE = `
channel: C0DEFAULT
routes:
  - when: { environment: prod*, owner: team-pay }
    channel: C0PAY
mute:
  - { service: load-test }
thresholds:
  - when: { operation: "GET *" }
    longerThan: 800ms
    timesUsual: 3
quietHours:
  - when: { severity: slow }
    from: "22:00"
    until: "7:30"
    zone: Europe/Berlin
resolveAfter: 10m
storm: { incidents: 50 }
theme: dark
themes: { C0PAY: light }
broadcast:
  - { channel: C0PAY, reopenedAfter: 2h }
`;

test('a whole file is what it says', () => {
  const rules = rulesIn(WHOLE, 'rules.yaml', 'C0FALLBACK');

  expect(rules).toMatchObject({
    channel: 'C0DEFAULT',
    thresholds: [{ longerThan: fromMillis(800), timesUsual: 3 }],
    quietHours: [{ from: 1_320, until: 450, zone: 'Europe/Berlin' }],
    ...{ resolveAfter: fromSeconds(600), storm: { incidents: 50, within: fromSeconds(60) } },
    broadcast: [{ channel: 'C0PAY', reopenedAfter: fromSeconds(7_200) }],
  });
  expect(['C0PAY', 'C0DEFAULT'].map((channel) => themeIn(channel, rules))).toEqual(['light', 'dark']);
  expect(tellingOf(alert({ owner: 'team-pay' }), undefined, rules)).toMatchObject({ channel: 'C0PAY' });
});

test('an empty file says nothing', () => {
  expect(rulesIn('', 'rules.yaml', 'C0FALLBACK')).toMatchObject({ channel: 'C0FALLBACK', routes: [], mute: [] });
});

test('every fault is listed with its line, and what was expected', () => {
  const faulty = `channel: "#incidents"
routes:
  - when: { enviroment: prod }
    channel: C0PAY
  - when: {}
quietHours:
  - from: 22:00
    until: "25:00"
    zone: Mars/Olympus
resolveAfter: 10 minutes
`;

  expect(() => rulesIn(faulty, 'rules.yaml', 'C0FALLBACK')).toThrow(
    [
      'Rules in rules.yaml:',
      '  line 1: channel: expected a channel id like C0123456789, not a name',
      '  line 3: routes.0.when: Unrecognized key: "enviroment"',
      '  line 5: routes.1.channel: Invalid input: expected string, received undefined',
      '  line 8: quietHours.0.until: expected a time of day like "22:00", in quotes',
      '  line 9: quietHours.0.zone: expected a time zone like Europe/Berlin',
      '  line 10: resolveAfter: expected a time like 800ms, 5s, 10m or 2h',
    ].join('\n'),
  );
});

test('what is no YAML is said with its line', () => {
  expect(() => rulesIn('routes:\n  - when: {', 'rules.yaml', 'C0FALLBACK')).toThrow(/Rules in rules\.yaml:\n.* line 2/);
});
