import {
  CloudWatchLogsClient,
  DescribeAccountPoliciesCommand,
  DescribeSubscriptionFiltersCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type Finding, good, missing, noted } from '../findings.ts';
import { CALLING } from './open-aws.ts';

/** The rules of serverless.yml, by the end of their names. */
const RULES = [
  ...['invocations', 'state-machines', 'durable-executions', 'alarms', 'insights', 'tasks', 'function-changes', 'deployments'],
];
const PREFIX = 'tracefall-';
const DEPLOY = 'npm run package, then deploy: docs/deploy-aws.md';

/** Reads what is deployed, with whatever credential stands in this terminal; the bot itself needs none of these rights. */
export async function checkAws(): Promise<readonly Finding[]> {
  try {
    const { Account, Arn } = await new STSClient(CALLING).send(new GetCallerIdentityCommand({}));
    const found = await Promise.all([checked(rules), checked(spans), checked(accountLogs)]);
    return [good(`account ${Account}, as ${Arn}`), ...found.flat()];
  } catch (error) {
    return [
      missing(`AWS does not take the credential: ${said(error)}`, 'aws sts get-caller-identity must work in this terminal'),
    ];
  }
}

async function checked(check: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (error) {
    return [noted(`not checked: ${said(error)}`)];
  }
}

const said = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));

async function rules(): Promise<readonly Finding[]> {
  const { Rules = [] } = await new EventBridgeClient(CALLING).send(new ListRulesCommand({ NamePrefix: PREFIX, Limit: 100 }));
  const enabled = Rules.flatMap(({ Name, State }) => (State === 'ENABLED' && Name !== undefined ? [Name] : []));
  const lacking = RULES.filter((rule) => !enabled.some((name) => name.endsWith(`-${rule}`)));
  if (lacking.length === 0) return [good(`all ${RULES.length} rules of EventBridge are enabled`)];
  return [missing(`rules of EventBridge: ${lacking.join(', ')}`, DEPLOY)];
}

async function spans(): Promise<readonly Finding[]> {
  try {
    const asked = new DescribeSubscriptionFiltersCommand({ logGroupName: 'aws/spans' });
    const { subscriptionFilters = [] } = await new CloudWatchLogsClient(CALLING).send(asked);
    if (subscriptionFilters.some(({ destinationArn = '' }) => destinationArn.includes(PREFIX)))
      return [good('aws/spans is subscribed')];
    return [missing('aws/spans is not subscribed', DEPLOY)];
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ResourceNotFoundException')) throw error;
    return [
      missing(
        'Transaction Search is off: there is no aws/spans',
        'aws xray update-trace-segment-destination --destination CloudWatchLogs',
      ),
    ];
  }
}

async function accountLogs(): Promise<readonly Finding[]> {
  const asked = new DescribeAccountPoliciesCommand({ policyType: 'SUBSCRIPTION_FILTER_POLICY' });
  const { accountPolicies = [] } = await new CloudWatchLogsClient(CALLING).send(asked);
  if (accountPolicies.some(({ policyDocument = '' }) => policyDocument.includes(PREFIX)))
    return [good("the account's logs are subscribed")];
  return [
    noted("the account's logs are not subscribed as a whole", 'fine where log groups are subscribed one by one (logs=groups)'),
  ];
}
