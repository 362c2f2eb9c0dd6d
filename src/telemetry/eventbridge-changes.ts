import { arn, type Envelope, errorOf, type Told, word, wordIfAny } from './event-parts.ts';
import { type Fields, fields, list, text } from './shape.ts';

/** CloudTrail appends the version of Lambda's API to the names of its calls: `UpdateFunctionCode20150331v2`. */
const API_VERSION = /20\d{6}(?:v\d)?$/;
/** What changes how a system behaves; reading, tagging and use of data do not. */
const CHANGING =
  /^(?:Create|Update|Put|Delete|Publish|Modify|Set|Attach|Detach|Add|Remove|Deploy|Enable|Disable|Register|Promote)(?!.*Tag)/;

/** `AWS API Call via CloudTrail`. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html */
export function apiCall({ detail }: Envelope): Told {
  const action = word(detail['eventName']).replace(API_VERSION, '');
  const asked = fields(detail['requestParameters']);
  if (action === 'StartMessageMoveTask') {
    const resource = arn(asked['sourceArn']);
    return { what: 'dead-letter', messageId: undefined, receiveCount: undefined, redrive: true, resource };
  }
  const isUse = detail['readOnly'] === true || detail['managementEvent'] === false || detail['eventCategory'] === 'Data';
  if (isUse || !CHANGING.test(action)) return { what: 'unknown' };
  const answered = fields(detail['responseElements']);
  const refused = wordIfAny(detail['errorCode']);
  return {
    what: 'change',
    action,
    version: wordIfAny(answered['version']) ?? wordIfAny(answered['functionVersion']) ?? wordIfAny(asked['functionVersion']),
    by: caller(fields(detail['userIdentity'])),
    resource: resourceOf(detail, asked, answered),
    outcome: refused === undefined ? undefined : 'failed',
    error: refused === undefined ? undefined : errorOf(refused, detail['errorMessage']),
  };
}

const NAMES = [
  'functionName',
  'stateMachineArn',
  'tableName',
  'queueUrl',
  'topicArn',
  'roleName',
  'restApiId',
  'apiId',
  'stackName',
  'name',
];

function resourceOf(detail: Fields, asked: Fields, answered: Fields): string | undefined {
  const listed = list(detail['resources'])
    .map((each) => arn(fields(each)['ARN']))
    .find(Boolean);
  return arn(answered['functionArn']) ?? listed ?? NAMES.map((name) => arn(asked[name])).find(Boolean);
}

const caller = (identity: Fields): string | undefined =>
  wordIfAny(identity['arn']) ?? wordIfAny(identity['userName']) ?? wordIfAny(identity['invokedBy']);

/** A step of a delivery tool: what it delivers to, how far it is. */
function delivery(
  noun: string,
  state: unknown,
  told: { resource: unknown; version?: unknown; by?: unknown; why?: unknown },
): Told {
  const status = word(state);
  const failed = /FAIL|ROLLBACK_(?:IN_PROGRESS|COMPLETE)|STOP|CANCEL/.test(status);
  return {
    what: 'change',
    action: word(`${noun} ${status}`),
    version: wordIfAny(told.version),
    by: wordIfAny(told.by),
    resource: arn(told.resource),
    outcome: failed ? 'failed' : /^SUCCE|COMPLETE$|^COMPLETED/.test(status) ? 'ok' : undefined,
    error: failed ? errorOf(status, told.why) : undefined,
  };
}

/** https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-cloudwatch-events.html */
export const codeDeploy = ({ detail }: Envelope): Told =>
  delivery('deployment', detail['state'], { resource: detail['application'], version: detail['deploymentId'] });

/** https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html */
export const codePipeline = ({ detail }: Envelope): Told =>
  delivery(text(detail['stage']) === undefined ? 'pipeline' : `stage ${word(detail['stage'])}`, detail['state'], {
    resource: detail['pipeline'],
    version: detail['execution-id'],
    why: fields(detail['execution-result'])['external-execution-summary'],
  });

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/eventbridge-events.html */
export function cloudFormation({ detail }: Envelope): Told {
  const status = fields(detail['status-details']);
  const resource = text(detail['physical-resource-id']) ?? detail['stack-id'];
  const noun = detail['logical-resource-id'] === undefined ? 'stack' : word(detail['resource-type']);
  return delivery(noun, status['status'], { resource, why: status['status-reason'] });
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html */
export const ecsDeployment = ({ detail, resources }: Envelope): Told =>
  delivery('deployment', text(detail['eventName'])?.replace('SERVICE_DEPLOYMENT_', ''), {
    resource: resources[0],
    version: detail['deploymentId'],
    why: detail['reason'],
  });

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html */
export const parameter = ({ detail }: Envelope): Told => delivery('parameter', detail['operation'], { resource: detail['name'] });
