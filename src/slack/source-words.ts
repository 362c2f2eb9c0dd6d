import type { Source } from '../ledger.ts';

/** Of a source of telemetry: what comes from it, and what to look at when nothing does. */
type SourceWords = { readonly name: string; readonly look: string };

const EXPORTERS = 'the exporters’ endpoint and token, and whether the bot is reached from there (/readyz)';
const functionOf = (what: string): string =>
  `the errors of the function behind it, and ${what}. Whoever may not call the function is switched off for ten minutes`;

const WORDS: Readonly<Record<Source, SourceWords>> = {
  'otlp-traces': { name: 'traces by OTLP', look: EXPORTERS },
  'otlp-logs': { name: 'logs by OTLP', look: EXPORTERS },
  eventbridge: { name: 'events by EventBridge', look: 'the rules, the API destination and the key of its connection' },
  firehose: { name: 'logs by Firehose', look: 'the stream’s error log, its access key and the filters that feed it' },
  'lambda-spans': { name: 'spans of aws/spans', look: functionOf('the subscription filter of aws/spans') },
  'lambda-logs': { name: 'logs of Lambda functions', look: functionOf('the account’s subscription policy') },
  'lambda-events': { name: 'events of AWS', look: 'the errors of the function behind it, and the rules of EventBridge' },
};

export const sourceWords = (source: Source): SourceWords => WORDS[source];
