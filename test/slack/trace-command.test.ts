import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTraceCommand, type TraceCommand } from '../../src/slack/trace-command.ts';
import { traceId, xrayTraceId } from '../../src/telemetry/ids.ts';

const HEX = '5759e988bd862e3fe1be46a994272793';
const XRAY = '1-5759e988-bd862e3fe1be46a994272793';
const REQUEST = '8476a536-e9f4-11e8-9739-2dfe598c3fcd';

const region = 'https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1';

describe('/trace reads a trace id', () => {
  test.each([
    ['of X-Ray', XRAY],
    ['in capitals', XRAY.toUpperCase()],
    ['of the W3C', HEX],
    ['of the W3C, in capitals', HEX.toUpperCase()],
    ['with spaces around it', `  ${XRAY}  `],
    ['from a header of X-Ray', `X-Amzn-Trace-Id: Root=${XRAY};Parent=53995c3f42cd8ad8;Sampled=1`],
    ['from a traceparent', `00-${HEX}-53995c3f42cd8ad8-01`],
    ['from an address of the X-Ray console', `${region}#xray:traces/${XRAY}`],
    ['from an address of CloudWatch, encoded', `${region}#logsV2:logs-insights$3FqueryDetail$3D~(traceId~'${HEX}')`],
    ['from an address of CloudWatch, encoded twice', `${region}#x$253A${XRAY}$253F`],
    ['from an address, percent-encoded', `${region}%23xray%3Atraces%2F${XRAY}%3F`],
    [
      'from a log line that has a request id too',
      `REPORT RequestId: ${REQUEST}\tDuration: 3000 ms XRAY TraceId: ${XRAY} SegmentId: 1`,
    ],
    ['from a line of JSON', `{"level":"ERROR","trace_id":"${HEX}","span_id":"53995c3f42cd8ad8"}`],
    ['that Slack wrapped as a link', `<https://x.example/${XRAY}|open>`],
  ])('%s', (_, text) => {
    expect(readTraceCommand(text)).toEqual({ kind: 'trace', traceId: HEX });
  });

  test('whatever it is and wherever it stands', () => {
    const id = fc.stringMatching(/^[1-9a-f][0-9a-f]{31}$/);
    const around = fc.constantFrom('', ' ', '"', '(', '=', '/', ': ');
    fc.assert(
      fc.property(id, around, fc.boolean(), (hex, edge, asXray) => {
        const known = traceId(hex);
        const written = known && asXray ? xrayTraceId(known) : hex;
        expect(readTraceCommand(`see${edge || ' '}${written}${edge}`)).toEqual({ kind: 'trace', traceId: hex });
      }),
    );
  });
});

describe('/trace reads a request id', () => {
  test.each([
    ['alone', REQUEST],
    ['in capitals', REQUEST.toUpperCase()],
    ['from a log line', `2026-11-22T14:02:10.000Z ${REQUEST} Task timed out after 3.00 seconds`],
  ])('%s', (_, text) => {
    expect(readTraceCommand(text)).toEqual({ kind: 'request', requestId: REQUEST });
  });
});

describe('/trace map', () => {
  test.each([
    ['of everything', 'map', {}],
    ['whatever its capitals and spaces', '  MAP ', {}],
    ['around a service', 'map checkout-fn', { service: 'checkout-fn' }],
    ['around a service whose name has blanks, as it was typed', 'map  Order Service', { service: 'Order Service' }],
    ['around a service that looks percent-encoded', 'map a%2Fb', { service: 'a%2Fb' }],
    ['of one transaction', `map ${XRAY}`, { traceId: HEX }],
    ['of one transaction, from an address', `map ${region}#xray:traces/${XRAY}`, { traceId: HEX }],
    ['around a service with a name of 10,000 letters, cut', `map ${'x'.repeat(10_000)}`, { service: 'x'.repeat(200) }],
  ])('%s', (_, text, of) => {
    expect(readTraceCommand(text)).toEqual({ kind: 'map', ...of });
  });

  test('is not meant by a word that begins like it', () => {
    expect(readTraceCommand('mapper').kind).toBe('bad');
  });
});

const EXECUTION = 'arn:aws:states:eu-central-1:123456789012:execution:fulfilment:5f0c-1';

describe('/trace reads any other id of AWS', () => {
  test.each([
    ['an execution', EXECUTION, EXECUTION],
    ['an execution in a console address', `${region}#/v2/executions/details/${encodeURIComponent(EXECUTION)}?x=1`, EXECUTION],
    ['an execution in a log line', `{"execution_arn":"${EXECUTION}","type":"ExecutionFailed"}`, EXECUTION],
    ['a request to API Gateway', 'x-amz-apigw-id: JKJaXmPLvHcESHA=', 'JKJaXmPLvHcESHA='],
    ['a message', `MessageId ${REQUEST}`, REQUEST],
  ])('%s', (_, text, requestId) => {
    expect(readTraceCommand(text)).toEqual({ kind: 'request', requestId });
  });
});

describe('/trace reads', () => {
  test.each<[string, TraceCommand]>([
    ['last failed checkout', { kind: 'last', outcome: 'failed', name: 'checkout' }],
    ['last SLOW POST /orders', { kind: 'last', outcome: 'slow', name: 'POST /orders' }],
    ['last slowpoke', { kind: 'last', outcome: undefined, name: 'slowpoke' }],
    ['last failed', { kind: 'last', outcome: 'failed', name: '' }],
    ['search  card declined ', { kind: 'search', words: 'card declined' }],
    ['Incidents', { kind: 'incidents' }],
    ['mute 3f9a1c07be42', { kind: 'mute', incidentId: '3f9a1c07be42' }],
    ['export 3f9a1c07be42', { kind: 'about', what: 'export', incidentId: '3f9a1c07be42' }],
    ['unmute 3f9a1c07be42', { kind: 'unmute', incidentId: '3f9a1c07be42' }],
  ])('%s', (text, command) => {
    expect(readTraceCommand(text)).toEqual(command);
  });

  test.each(['last', 'search', 'export payments', 'mute', 'mute payments', 'unmute <!channel>'])(
    'nothing in %j, and says what is missing',
    (text) => {
      expect(readTraceCommand(text)).toEqual({ kind: 'bad', why: expect.stringMatching(/[.?]/) });
    },
  );
});

describe('/trace asks for help', () => {
  test.each(['', '   ', 'help', 'HELP', '?'])('with %j', (text) => {
    expect(readTraceCommand(text)).toEqual({ kind: 'help' });
  });
});

describe('/trace cannot use', () => {
  test.each([
    ['a word', 'checkout'],
    ['an id one digit short', HEX.slice(1)],
    ['an id one digit long', `${HEX}0`],
    ['an id of zeros', '0'.repeat(32)],
    ['an X-Ray id with a second dash amiss', '1-5759e988b-d862e3fe1be46a994272793'],
    ['a request id within a longer one', `${REQUEST}-1`],
  ])('%s', (_, text) => {
    expect(readTraceCommand(text)).toEqual({ kind: 'bad', why: expect.stringMatching(/\.$/) });
  });

  test('anything at all, and still answers', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void expect(readTraceCommand(text).kind).toMatch(/./)),
    );
  });

  test.each(['1-5759e988-', 'a', '8476a536-e9f4-', '%25'])('a megabyte of %j', (part) => {
    expect(readTraceCommand(part.repeat(1_000_000 / part.length)).kind).toBe('bad');
  });
});
