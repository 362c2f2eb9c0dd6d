import { expect, test } from 'vitest';
import { UTC_TIMES } from '../../src/slack/times.ts';
import { troubleMessage } from '../../src/slack/trouble-message.ts';
import { fromMillis } from '../../src/units.ts';

test.each(['constructor', '__proto__', 'a queue of a later version'])(
  'jobs of a queue of any name can be told of: %s',
  (queue) => {
    const what = { kind: 'given-up', queue, count: 2, why: 'no route', last: fromMillis(0) } as const;
    const { text } = troubleMessage({ id: '1', what, state: 'lasts', thread: undefined, shown: undefined }, UTC_TIMES);

    expect(text).toContain(`Tracefall gave up 2 jobs of ${queue}`);
  },
);
