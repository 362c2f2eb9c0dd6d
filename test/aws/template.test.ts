import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDelivery } from '../../src/aws/delivery.ts';
import { UNWANTED, WANTED } from './announced.ts';
import { matches } from './event-pattern.ts';
import { type Json, ofType, packaged, type Template } from './packaged.ts';

let plain: Template;
let managed: Template;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tracefall-groups-'));
  const groups = join(folder, 'groups.yml');
  await writeFile(groups, "- cloudwatchLog: { logGroup: /aws/lambda/orders, filter: '' }\n");
  plain = await packaged();
  managed = await packaged([
    'infrastructure=managed',
    'logs=groups',
    `logGroups=${groups}`,
    'pull=on',
    'eventBus=ops',
    'rules=/tracefall/dev/rules',
  ]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const both = (): readonly Template[] => [plain, managed];
const QUEUE = { 'Fn::GetAtt': ['FailureQueue', 'Arn'] };
const ACCOUNT = { Ref: 'AWS::AccountId' };
const FUNCTIONS = ['events', 'logs', 'slack', 'spans'];

describe('each function', () => {
  test('is there, on arm64, with concurrency reserved, in its own bundle', () => {
    for (const template of both()) {
      const functions = ofType(template, 'AWS::Lambda::Function').map(([, properties]) => properties);
      expect(functions.map(({ Handler }) => Handler).sort()).toEqual(FUNCTIONS.map((name) => `dist/functions/${name}.receive`));
      for (const each of functions)
        expect(each).toMatchObject({ Architectures: ['arm64'], Runtime: 'nodejs24.x', ReservedConcurrentExecutions: 10 });
    }
  });

  test('gives up into the failure queue and keeps its log for two weeks', () => {
    for (const template of both()) {
      const destinations = ofType(template, 'AWS::Lambda::EventInvokeConfig').map(
        ([, { DestinationConfig }]) => DestinationConfig,
      );
      expect(destinations).toEqual(FUNCTIONS.map(() => ({ OnFailure: { Destination: QUEUE } })));
      const retried = ofType(template, 'AWS::Lambda::EventInvokeConfig').map(([, retry]) => retry);
      // Six hours and two more tries are the most that Lambda gives; what a person pressed is not pressed again hours later.
      const most = { MaximumEventAgeInSeconds: 21_600, MaximumRetryAttempts: 2 };
      const once = { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 };
      expect(retried).toMatchObject([most, most, most, once]);
      for (const [, properties] of ofType(template, 'AWS::Logs::LogGroup'))
        expect(properties).toMatchObject({ RetentionInDays: 14 });
    }
  });

  test('is invoked by one source of this account only', () => {
    for (const template of both()) {
      const permissions = ofType(template, 'AWS::Lambda::Permission');
      // Eight rules, aws/spans, the functions' logs, the HTTP API.
      expect(permissions).toHaveLength(11 + (template === managed ? 1 : 0));
      for (const [, permission] of permissions) {
        expect(permission).toMatchObject({ SourceArn: expect.anything(), SourceAccount: ACCOUNT });
        expect(permission['SourceArn']).not.toBe('*');
      }
    }
  });
});

describe('each rule', () => {
  const targets = () => ofType(plain, 'AWS::Events::Rule').map(([, { Name, Targets }]) => ({ Name, Targets }));

  test('tries for 24 hours and 185 times, then leaves the event in the failure queue', () => {
    expect(targets()).toHaveLength(Object.keys(WANTED).length);
    for (const { Targets } of targets())
      expect(Targets).toEqual([
        expect.objectContaining({
          Arn: { 'Fn::GetAtt': ['EventsLambdaFunction', 'Arn'] },
          RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
          DeadLetterConfig: { Arn: QUEUE },
        }),
      ]);
  });

  test('may write into that queue, from this account and by these rules', () => {
    const [[, policy] = []] = ofType(plain, 'AWS::SQS::QueuePolicy');

    expect(policy).toMatchObject({
      PolicyDocument: {
        Statement: [
          {
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT }, ArnLike: { 'aws:SourceArn': expect.anything() } },
          },
        ],
      },
    });
  });

  const taken = (event: object): readonly string[] =>
    ofType(plain, 'AWS::Events::Rule').flatMap(([, { Name, EventPattern }]) =>
      matches(EventPattern, event) ? [String(Name).replace('tracefall-dev-', '')] : [],
    );

  test.each(Object.entries(WANTED))('%s takes what AWS announces, alone, and we know what it is', (name, events) => {
    for (const event of events) {
      expect(taken(event)).toEqual([name]);
      expect(readDelivery(event, undefined, 'event')).toMatchObject({ records: [{ kind: 'event' }], rejects: [] });
    }
  });

  test('leaves alone what is near to it', () => {
    for (const event of UNWANTED) expect(taken(event)).toEqual([]);
  });

  test('holds no condition that is not needed: an event in which that one thing is another is left alone', () => {
    const patterns = new Map(ofType(plain, 'AWS::Events::Rule').map(([, { Name, EventPattern }]) => [Name, EventPattern]));
    for (const [name, events] of Object.entries(WANTED))
      for (const path of leaves(patterns.get(`tracefall-dev-${name}`)))
        for (const event of events) expect([name, path, taken(changedAt(event, path))]).toEqual([name, path, []]);
  });

  const corpus = process.env['TRACEFALL_CORPUS'];
  test.skipIf(corpus === undefined)('leaves alone every other event that AWS sends', () => {
    const files = readdirSync(`${corpus}/aws-events`).filter((name) => name.endsWith('.json'));
    expect(files.length).toBeGreaterThan(50);
    for (const file of files) expect(taken(JSON.parse(readFileSync(`${corpus}/aws-events/${file}`, 'utf8')))).toEqual([]);
  });
});

describe('logs', () => {
  test('of Transaction Search come whole, of the account without those of this stack', () => {
    expect(ofType(plain, 'AWS::Logs::SubscriptionFilter')).toMatchObject([
      [expect.any(String), { LogGroupName: 'aws/spans', FilterPattern: '' }],
    ]);
    const [[, policy] = []] = ofType(plain, 'AWS::Logs::AccountPolicy');
    const excluded = JSON.stringify(policy?.['SelectionCriteria']);
    expect(excluded).toContain('aws/spans');
    for (const [id] of ofType(plain, 'AWS::Logs::LogGroup').filter(([id]) => id !== 'WorkerLogGroup'))
      expect(excluded).toContain(`\${${id}}`);
    expect(excluded).toContain('/aws/ecs/tracefall-dev');
  });

  test('pass a filter that is JSON', () => {
    const [[, policy] = []] = ofType(plain, 'AWS::Logs::AccountPolicy');
    const document = new Map(Object.entries(Object(policy?.['PolicyDocument'])));

    expect(JSON.parse(String(document.get('Fn::Sub')))).toMatchObject({
      FilterPattern: expect.stringContaining('?timeout ?"timed out"'),
    });
  });

  test('of the groups that a file names are taken one by one', () => {
    const groups = ofType(managed, 'AWS::Logs::SubscriptionFilter').map(([, { LogGroupName }]) => LogGroupName);

    expect(groups).toEqual(['aws/spans', '/aws/lambda/orders']);
  });
});

/** Where a pattern asks for something. */
const leaves = (pattern: unknown): readonly (readonly string[])[] =>
  Array.isArray(pattern)
    ? [[]]
    : Object.entries(Object(pattern)).flatMap(([key, inner]) => leaves(inner).map((path) => [key, ...path]));

const changedAt = (value: object, [key = '', ...path]: readonly string[]): object => ({
  ...value,
  [key]: path.length === 0 ? 'another' : changedAt(Object(new Map(Object.entries(value)).get(key)), path),
});

/** Actions that AWS binds to no resource, each for the reason that stands beside it in serverless.yml. */
const UNBOUND =
  /^(ec2:|ecr:GetAuthorizationToken|logs:(GetQueryResults|StopQuery)|xray:(BatchGetTraces|GetTraceSegmentDestination|StartTraceRetrieval|ListRetrievedTraces|CancelTraceRetrieval))/;

describe('least privilege', () => {
  const statements = (template: Template): readonly Json[] => {
    const found: Json[] = [];
    const walk = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      const { Effect, Action, Principal } = value as Json; // any object has any field, or not
      if (Effect === 'Allow' && Action !== undefined && Principal === undefined) found.push(value as Json);
      for (const inner of Object.values(value)) walk(inner);
    };
    walk(template.Resources);
    return found;
  };

  const texts = (value: unknown): readonly string[] =>
    typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [String(value)];
  /** Stars that stand in a resource's name, and why they must. */
  const STARS = new Set([
    // Rules, streams and functions of this name only.
    'log-group:aws/spans:*',
    'log-group:/aws/lambda/*',
  ]);
  const starred = (resource: string): boolean => resource.includes('*') && ![...STARS].some((end) => resource.endsWith(end));

  test('names every action, and every resource where AWS has one to name', () => {
    const granted = both().flatMap((template) =>
      statements(template).flatMap(({ Action, Resource }) => [Action].flat().map((action) => ({ action, Resource }))),
    );
    expect(granted.length).toBeGreaterThan(20);
    for (const { action } of granted) expect(action).toMatch(/^[a-z0-9]+:[A-Za-z]+$/);
    for (const { action } of granted.filter(({ Resource }) => texts(Resource).some(starred))) expect(action).toMatch(UNBOUND);
    const secrets = granted.filter(({ action }) => action === 'secretsmanager:GetSecretValue');
    expect(JSON.stringify(secrets)).toContain('secret:tracefall/dev-??????');
  });

  test('lets tasks of this account only take on a role of the worker', () => {
    for (const id of ['WorkerRole', 'WorkerStartRole'])
      expect(managed.Resources[id]?.Properties).toMatchObject({
        AssumeRolePolicyDocument: {
          Statement: [
            {
              Principal: { Service: 'ecs-tasks.amazonaws.com' },
              Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
            },
          ],
        },
      });
  });

  test('writes nothing but its own logs, its failures, its network interfaces and incidents', () => {
    const actions = statements(managed).flatMap(({ Action }) => [Action].flat().map(String));
    const writes = actions.filter(
      (action) => !/:(Get|List|Describe|Batch(Get|Check)|StartQuery|StopQuery|(Start|Cancel)TraceRetrieval)/.test(action),
    );

    expect([...new Set(writes)].sort()).toEqual([
      'ec2:AssignPrivateIpAddresses',
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:UnassignPrivateIpAddresses',
      'events:PutEvents',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'sqs:SendMessage',
    ]);
  });

  test('gives the worker nothing unless pulling or publishing is switched on', () => {
    expect(managed.Resources['WorkerRole']?.Properties).not.toHaveProperty('Policies');
    expect(managed.Resources['WorkerRole']?.Properties).not.toHaveProperty('ManagedPolicyArns');
    expect(managed.Resources['PullPolicy']?.Condition).toBe('Pulls');
    expect(managed.Resources['PublishPolicy']?.Condition).toBe('Publishes');
    const isManaged = { Condition: 'Managed' };
    expect([plain.Conditions['Pulls'], managed.Conditions['Pulls']]).toEqual([
      { 'Fn::And': [isManaged, { 'Fn::Equals': ['off', 'on'] }] },
      { 'Fn::And': [isManaged, { 'Fn::Equals': ['on', 'on'] }] },
    ]);
  });
});

describe('the worker', () => {
  const container = () => JSON.stringify(managed.Resources['WorkerTask']?.Properties['ContainerDefinitions']);

  test('runs where nobody can come in, on a root that it cannot write to', () => {
    expect(managed.Resources['WorkerService']?.Properties).toMatchObject({
      NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'DISABLED' } },
    });
    expect(container()).toContain('"ReadonlyRootFilesystem":true');
    const ways = ofType(managed, 'AWS::EC2::SecurityGroup').flatMap(([, { SecurityGroupIngress = [] }]) => SecurityGroupIngress);
    expect(ways).toEqual([
      { IpProtocol: 'tcp', FromPort: 6379, ToPort: 6379, SourceSecurityGroupId: { Ref: 'FunctionSecurityGroup' } },
    ]);
  });

  test('can be asked what is missing from where it runs, where Valkey can be reached', () => {
    const { Condition, Value } = Object(managed.Outputs['DoctorCommand']);
    const [, overrides = ''] = /--overrides '(.*)'$/.exec(Value['Fn::Sub']) ?? [];

    expect(Condition).toBe('Managed');
    expect(Value['Fn::Sub']).toMatch(/^aws ecs run-task .* --task-definition \$\{WorkerTask\} /);
    expect(JSON.parse(overrides)).toEqual({
      containerOverrides: [
        { name: 'worker', command: ['doctor', expect.stringMatching(/^https:..\$\{HttpApi\}\.execute-api\./)] },
      ],
    });
  });

  test('is given the rules that a parameter holds', () => {
    expect(container()).toContain('parameter/tracefall/dev/rules');
    expect(JSON.stringify(managed.Resources['WorkerStartRole'])).toContain('parameter/tracefall/dev/rules');
    expect(managed.Conditions['HasRules']).toEqual({ 'Fn::Not': [{ 'Fn::Equals': ['/tracefall/dev/rules', ''] }] });
  });
});

test('gives functions their secrets by reference, never in plain text', () => {
  const variables = both()
    .flatMap((template) => ofType(template, 'AWS::Lambda::Function'))
    .flatMap(([, { Environment }]) => Object.entries(Object(Environment)['Variables']));
  const secrets = variables.filter(([name]) => /SECRET|TOKEN|REDIS/.test(name));

  expect(secrets).toHaveLength(2 * (FUNCTIONS.length + 2));
  for (const [, value] of secrets) expect(JSON.stringify(value)).toContain('{{resolve:secretsmanager:');
});

test('keeps what no retry could deliver for two weeks, encrypted', () => {
  expect(plain.Resources['FailureQueue']?.Properties).toEqual({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true });
});

test('brings, when asked, a Valkey that drops nothing, speaks TLS and asks for a password', () => {
  expect(managed.Resources['Valkey']).toMatchObject({
    Condition: 'Managed',
    Properties: {
      TransitEncryptionEnabled: true,
      AtRestEncryptionEnabled: true,
      AuthToken: expect.anything(),
      NumCacheClusters: 2,
    },
  });
  expect(managed.Resources['ValkeyParameters']?.Properties).toMatchObject({ Properties: { 'maxmemory-policy': 'noeviction' } });
  expect(plain.Conditions['Managed']).toEqual({ 'Fn::Equals': ['none', 'managed'] });
});

test('holds no empty value, which YAML makes of a text that ends with a colon', () => {
  for (const template of both()) expect(JSON.stringify(template.Resources)).not.toMatch(/:\{\}|:null/);
});
