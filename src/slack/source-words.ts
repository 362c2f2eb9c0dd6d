import type { Source } from '../ledger.ts';

/** Of a source of telemetry: what comes from it, and what to look at when nothing does. */
type SourceWords = { readonly name: string; readonly look: string };

const EXPORTERS = 'the exporters’ endpoint and token, and whether the bot is reached from there (/readyz)';
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Subscriptions.html */
const subscribed = (by: string): string =>
  `${by}, which AWS switches off for ten minutes when it may not call the function, and the function’s errors`;

const WORDS: Readonly<Record<Source, SourceWords>> = {
  'otlp-traces': { name: 'traces by OTLP', look: EXPORTERS },
  'otlp-logs': { name: 'logs by OTLP', look: EXPORTERS },
  eventbridge: { name: 'events by EventBridge', look: 'the rules, the API destination and the key of its connection' },
  firehose: { name: 'logs by Firehose', look: 'the stream’s error log, its access key and the filters that feed it' },
  'lambda-spans': { name: 'spans of aws/spans', look: subscribed('the subscription filter of aws/spans') },
  'lambda-logs': { name: 'logs of Lambda functions', look: subscribed('the subscription policy of the account') },
  'lambda-events': { name: 'events of AWS', look: 'the rules of EventBridge, and the errors of the function that they call' },
};

export const sourceWords = (source: Source): SourceWords => WORDS[source];
