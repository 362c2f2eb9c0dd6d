import {
  CloudWatchLogsClient,
  DescribeAccountPoliciesCommand,
  DescribeSubscriptionFiltersCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { GetTraceSegmentDestinationCommand, XRayClient } from '@aws-sdk/client-xray';
import { type Finding, good, missing, noted } from '../findings.ts';
import { CALLING } from './open-aws.ts';

/** The rules of serverless.yml, by the end of their names. */
const RULES = [
  ...['invocations', 'state-machines', 'durable-executions', 'alarms', 'insights', 'tasks', 'function-changes', 'deployments'],
];
const PREFIX = 'tracefall-';
const DEPLOY = 'npm run build:functions, then npx osls deploy: docs/deploy-aws.md';

type Check = { readonly of: string; readonly needs: string; readonly look: () => Promise<Finding> };

const CHECKS: readonly Check[] = [
  { of: 'Transaction Search', needs: 'xray:GetTraceSegmentDestination', look: transactionSearch },
  { of: 'the subscription of aws/spans', needs: 'logs:DescribeSubscriptionFilters', look: spans },
  { of: "the subscription of the functions' logs", needs: 'logs:DescribeAccountPolicies', look: accountLogs },
  { of: 'the rules of EventBridge', needs: 'events:ListRules', look: rules },
];

/** Reads what is deployed, with whatever credential stands in this terminal; the bot itself needs none of these rights. */
export async function checkAws(): Promise<readonly Finding[]> {
  const sts = new STSClient(CALLING);
  const region = await sts.config.region().catch(() => undefined);
  if (region === undefined) return [missing('no Region is chosen', 'AWS_REGION, as the stack was deployed')];
  try {
    const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
    return [good(`account ${Account} in ${region}, as ${Arn}`), ...(await Promise.all(CHECKS.map(checked)))];
  } catch (error) {
    return [
      missing(`AWS does not take the credential: ${said(error)}`, 'aws sts get-caller-identity must work in this terminal'),
    ];
  }
}

async function checked({ of, needs, look }: Check): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    return noted(`not checked: ${of} (${said(error)})`, `a credential that may ${needs}`);
  }
}

const said = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));

async function rules(): Promise<Finding> {
  const { Rules = [] } = await new EventBridgeClient(CALLING).send(new ListRulesCommand({ NamePrefix: PREFIX, Limit: 100 }));
  const states = RULES.map((rule) => ({ rule, state: Rules.find(({ Name = '' }) => Name.endsWith(`-${rule}`))?.State }));
  const lacking = states.filter(({ state }) => state !== 'ENABLED');
  if (lacking.length === 0) return good(`all ${RULES.length} rules of EventBridge are enabled: ${RULES.join(', ')}`);
  const each = lacking.map(({ rule, state }) => `${rule} (${state === undefined ? 'not there' : state.toLowerCase()})`);
  return missing(`rules of EventBridge: ${each.join(', ')}; expected ${RULES.length} enabled`, DEPLOY);
}

async function transactionSearch(): Promise<Finding> {
  const { Destination, Status } = await new XRayClient(CALLING).send(new GetTraceSegmentDestinationCommand({}));
  if (Destination === 'CloudWatchLogs' && Status === 'ACTIVE') return good('Transaction Search is on: spans arrive in aws/spans');
  if (Destination === 'CloudWatchLogs') return noted(`Transaction Search is being switched on (${Status})`, 'wait some minutes');
  return missing(
    `Transaction Search is off: traces go to ${Destination}, expected CloudWatchLogs`,
    'docs/deploy-aws.md, step 1: aws xray update-trace-segment-destination --destination CloudWatchLogs',
  );
}

async function spans(): Promise<Finding> {
  try {
    const asked = new DescribeSubscriptionFiltersCommand({ logGroupName: 'aws/spans' });
    const { subscriptionFilters = [] } = await new CloudWatchLogsClient(CALLING).send(asked);
    const destinations = subscriptionFilters.map(({ destinationArn = '' }) => destinationArn);
    const own = destinations.find((arn) => arn.includes(PREFIX));
    if (own !== undefined) return good(`aws/spans is subscribed by ${own.split(':').at(-1)}`);
    const others = destinations.length === 0 ? 'nobody' : destinations.join(', ');
    return missing(`aws/spans is subscribed by ${others}: expected the function spans of ${PREFIX}<stage>`, DEPLOY);
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ResourceNotFoundException')) throw error;
    return missing(
      'there is no log group aws/spans: AWS makes it for the first span',
      'switch Transaction Search on, then deploy',
    );
  }
}

async function accountLogs(): Promise<Finding> {
  const asked = new DescribeAccountPoliciesCommand({ policyType: 'SUBSCRIPTION_FILTER_POLICY' });
  const { accountPolicies = [] } = await new CloudWatchLogsClient(CALLING).send(asked);
  const own = accountPolicies.find(({ policyDocument = '' }) => policyDocument.includes(PREFIX));
  if (own) return good(`the logs of the account are subscribed (policy ${own.policyName})`);
  return noted(
    `the logs of the account are not subscribed as a whole (${accountPolicies.length} other policies)`,
    'fine where log groups are subscribed one by one (logs=groups)',
  );
}
