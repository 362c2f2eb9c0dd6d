import { type Envelope, eventRecord, eventTime, type Told, texts } from './event-parts.ts';
import { apiCall, cloudFormation, codeDeploy, codePipeline, ecsDeployment, parameter } from './eventbridge-changes.ts';
import { alarm, durableExecution, ecsTask, lambdaDestination, stepFunctions, xrayInsight } from './eventbridge-status.ts';
import { recordsOnly } from './parsed.ts';
import type { EventRecord, Parsed } from './record.ts';
import { type Fields, fields, isFields, text } from './shape.ts';

/** Which event is what, by its detail-type, and by its source where another sends the same words. */
const KNOWN: readonly (readonly [source: string | undefined, detailType: RegExp, read: (envelope: Envelope) => Told])[] = [
  // `lambda`, not `aws.lambda`: destinations are sent through PutEvents by Lambda on the function's behalf.
  ['lambda', /^Lambda Function Invocation Result - /, lambdaDestination],
  ['aws.lambda', /^Durable Execution Status Change$/, durableExecution],
  ['aws.states', /^Step Functions Execution Status Change$/, stepFunctions],
  ['aws.cloudwatch', /^CloudWatch (?:Composite )?Alarm State Change$/, alarm],
  ['aws.xray', /^AWS X-Ray Insight Update$/, xrayInsight],
  ['aws.ecs', /^ECS Task State Change$/, ecsTask],
  ['aws.ecs', /^ECS Deployment State Change$/, ecsDeployment],
  ['aws.codedeploy', /^CodeDeploy (?:Deployment|Instance) State-change Notification$/, codeDeploy],
  ['aws.codepipeline', /^CodePipeline (?:Pipeline|Stage|Action) Execution State Change$/, codePipeline],
  ['aws.cloudformation', /^CloudFormation (?:Stack|Resource) Status Change$/, cloudFormation],
  ['aws.ssm', /^Parameter Store Change$/, parameter],
  [undefined, /^AWS (?:API Call|Service Event) via CloudTrail$/, apiCall],
];

/** https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html */
export const isEventBridge = (value: unknown): value is Fields =>
  isFields(value) && typeof value['detail-type'] === 'string' && typeof value['source'] === 'string';

export const readEventBridge = (event: Fields): Parsed => recordsOnly([eventBridgeRecord(event)]);

/** One event of EventBridge; `unknown` where it is none of those we know. */
export function eventBridgeRecord(event: Fields): EventRecord {
  const envelope: Envelope = {
    id: text(event['id']) ?? '',
    source: text(event['source']) ?? '',
    detailType: text(event['detail-type']) ?? '',
    at: eventTime(event['time']),
    resources: texts(event['resources']),
    detail: fields(event['detail']),
    whole: event,
  };
  const known = KNOWN.find(
    ([source, detailType]) => (source ?? envelope.source) === envelope.source && detailType.test(envelope.detailType),
  );
  return eventRecord(envelope, known ? known[2](envelope) : { what: 'unknown' });
}
