import type { WebClient } from '@slack/web-api';
import type { Interactions } from './interactions.ts';
import type { People, Report } from './people.ts';

/** What everything that people do in Slack is answered with. */
export type Desk = {
  readonly app: Interactions;
  readonly client: Pick<WebClient, 'apiCall'>;
  readonly apiUrl: string | undefined;
  readonly on: People;
  readonly report: Report;
};
