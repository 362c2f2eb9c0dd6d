import type { SpanRecord, TelemetryRecord } from '../telemetry/record.ts';
import { requestIdOf } from './functions.ts';

/** Where Transaction Search and the conventions of OpenTelemetry say which groups a span's code writes to. */
const GROUPS = ['aws.log.group.names', 'aws.cloudwatch.log_group_names', 'aws.log_group'] as const;
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html */
const GROUP_NAME = /^[\w./#-]{1,512}$/;

/** The log groups that the records name, in the order in which they name them. */
export function logGroupsOf(records: readonly TelemetryRecord[]): readonly string[] {
  const groups = records.flatMap((record) => {
    if (record.kind === 'invocation') return record.function === undefined ? [] : [`/aws/lambda/${record.function}`];
    return record.kind === 'span' ? groupsOfSpan(record) : [];
  });
  return [...new Set(groups)].filter((group) => GROUP_NAME.test(group));
}

function groupsOfSpan({ attributes, resource, service }: SpanRecord): readonly string[] {
  const named = GROUPS.flatMap((name) => attributes[name] ?? []).flatMap((value) => (typeof value === 'string' ? [value] : []));
  if (named.length > 0) return named;
  const name = attributes['faas.name'] ?? (resource === 'AWS::Lambda::Function' ? service : undefined);
  return typeof name === 'string' ? [`/aws/lambda/${name}`] : [];
}

/** The ids that a line of the transaction bears: its traces in X-Ray's own writing and its runs. */
export const requestIdsOf = (records: readonly TelemetryRecord[]): readonly string[] => [
  ...new Set(
    records.flatMap((record) =>
      record.kind === 'invocation' ? [record.requestId] : record.kind === 'span' ? (requestIdOf(record.attributes) ?? []) : [],
    ),
  ),
];

/** Whether nothing that the transaction's code wrote tells of a failure. */
export const lacksLines = (records: readonly TelemetryRecord[]): boolean =>
  !records.some((record) => record.kind === 'log' && record.severity === 'error');
