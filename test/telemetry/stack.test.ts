import { describe, expect, test } from 'vitest';
import { parse } from '../../src/telemetry/parse.ts';
import { STACK, stackHead } from '../../src/telemetry/stack.ts';

const NODE = `CardDeclined: no funds
    at send (node:internal/http:12:3)
    at charge (/var/task/payment.js:42:11)
    at Object.run (/var/task/node_modules/powertools/index.js:3:7)`;
const PYTHON = `Traceback (most recent call last):
  File "/var/task/handler.py", line 12, in handler
    charge(order)
  File "/var/task/payment.py", line 7, in charge
    raise CardDeclined("no funds")
CardDeclined: no funds`;

describe('the head of a stack', () => {
  test.each([
    ['Node.js', NODE, ['charge (/var/task/payment.js:42:11)']],
    ['Python', PYTHON, ['charge (/var/task/payment.py:7)', 'handler (/var/task/handler.py:12)']],
    ['Java', 'X: y\n\tat java.util.List.get(List.java:1)\n\tat shop.Pay.charge(Pay.java:9)', ['shop.Pay.charge(Pay.java:9)']],
    ['nothing but others’ code', 'X\n at a (node:net:1:2)', ['a (node:net:1:2)']],
    ['a deep folder', 'X\n at f (file:///srv/app/dist/src/shop/pay.js:1:2)', ['f (…/src/shop/pay.js:1:2)']],
    ['a deep folder, nameless', 'X\n at /srv/app/dist/src/pay.js:1:2', ['…/dist/src/pay.js:1:2']],
    ['no known form', 'panic: oh no', []],
    ['nothing', '', []],
  ])('of %s is where one’s own code threw, innermost first', (_, stack, head) => {
    expect(stackHead(stack)).toEqual(head);
  });
});

describe('a stack is kept with the span', () => {
  const stackIn = (payload: unknown) =>
    parse(Buffer.from(JSON.stringify(payload)), 'x').records.map((record) => record.kind === 'span' && record.attributes[STACK]);
  const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });

  test('from the last exception event of OTLP', () => {
    const event = (stack: string) => ({
      name: 'exception',
      attributes: [attribute('exception.type', 'E'), attribute(STACK, stack)],
    });
    const span = {
      ...{ traceId: '5b8efff798038103d269b633813fc60c', spanId: 'eee19b7ec3c1b174', name: 'x' },
      ...{ startTimeUnixNano: '1544712660000000000', events: [event('E: first'), event(NODE)] },
    };

    expect(stackIn({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })).toEqual([NODE]);
  });

  test('from the frames of X-Ray, in the form that Node.js writes', () => {
    const segment = {
      ...{ name: 'pay', id: '70de5b6f19ff9a0a', trace_id: '1-581cf771-a006649127e371903a2de979' },
      ...{ start_time: 1.0, end_time: 2.0, fault: true },
      cause: { exceptions: [{ type: 'E', message: 'm', stack: [{ path: 'pay.js', line: 7, label: 'charge' }] }] },
    };

    expect(stackIn(segment)).toEqual(['    at charge (pay.js:7)']);
  });

  test('of Python its end, where the innermost call is', () => {
    const span = {
      ...{ traceId: '5b8efff798038103d269b633813fc60c', spanId: 'eee19b7ec3c1b174', name: 'x' },
      startTimeUnixNano: '1544712660000000000',
      events: [{ attributes: [attribute(STACK, PYTHON.replace('handler.py"', `${'x'.repeat(3_000)}"`))] }],
    };
    const [kept] = stackIn({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });

    expect(String(kept).length).toBe(2_048);
    expect(stackHead(String(kept))[0]).toBe('charge (/var/task/payment.py:7)');
  });
});
