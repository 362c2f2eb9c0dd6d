import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { XRayClient } from '@aws-sdk/client-xray';
import type { Bus, QueryBudget } from '../aws-ports.ts';
import type { AwsCallsConfig } from '../config.ts';
import type { Clock } from '../ports.ts';
import { type AwsArchive, awsArchive } from './archive.ts';
import { eventBridgeBus } from './bus.ts';

/**
 * Region and credentials come as the SDK finds them. It tries each call once: `attempts` counts and repeats, so that an answer can say what it
 * cost. A call that hangs is given up well within the time of the whole answer.
 */
export const CALLING = {
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
} as const;

export const openAws = (
  { pull, eventBus }: AwsCallsConfig,
  budget: QueryBudget,
  clock: Clock,
): { readonly archive?: AwsArchive; readonly bus?: Bus } => ({
  ...(pull && {
    archive: awsArchive({ xray: new XRayClient(CALLING), logs: new CloudWatchLogsClient(CALLING), budget, clock }),
  }),
  ...(eventBus !== undefined && { bus: eventBridgeBus(new EventBridgeClient(CALLING), eventBus) }),
});
