import { createHmac } from 'node:crypto';

export type SignedRequest = {
  readonly url: string;
  readonly secret: string;
  readonly form: Readonly<Record<string, string>>;
  /** Seconds since the epoch, or whatever a forger writes. */
  readonly timestamp?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** What Slack sends: a form, signed. https://docs.slack.dev/authentication/verifying-requests-from-slack */
export function sendSigned({ url, secret, form, timestamp = now(), headers = {} }: SignedRequest): Promise<Response> {
  const body = new URLSearchParams(form).toString();
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
  return fetch(url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': signature,
      ...headers,
    },
  });
}

export const now = (shiftSeconds = 0): string => `${Math.floor(Date.now() / 1_000) + shiftSeconds}`;

/** A slash command as Slack writes it. */
export const commandForm = (command: string, text: string, responseUrl: string): Readonly<Record<string, string>> => ({
  command,
  text,
  team_id: 'T0ACME',
  channel_id: 'C0INCIDENTS',
  channel_name: 'incidents',
  user_id: 'U0MAYA',
  user_name: 'maya',
  response_url: responseUrl,
  trigger_id: '13345224609.738474920.8088930838d88f008e0',
  api_app_id: 'A0TRACEFALL',
});

/** A press of a button on a message. */
export const pressForm = (action: string, value: string, responseUrl: string): Readonly<Record<string, string>> =>
  actionForm({ type: 'button', action_id: action, value }, responseUrl);

/** A choice from a menu on a message. */
export const choiceForm = (action: string, value: string, responseUrl: string): Readonly<Record<string, string>> =>
  actionForm({ type: 'static_select', action_id: action, selected_option: { value } }, responseUrl);

const actionForm = (action: object, responseUrl: string): Readonly<Record<string, string>> => ({
  payload: JSON.stringify({
    type: 'block_actions',
    team: { id: 'T0ACME' },
    user: { id: 'U0MAYA', team_id: 'T0ACME' },
    api_app_id: 'A0TRACEFALL',
    channel: { id: 'C0INCIDENTS' },
    message: { ts: '1795356128.000200' },
    trigger_id: '13345224609.738474920.8088930838d88f008e0',
    response_url: responseUrl,
    actions: [{ ...action, block_id: 'b', action_ts: '1' }],
  }),
});

/** A submitted form. */
export const submissionForm = (view: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> => ({
  payload: JSON.stringify({
    type: 'view_submission',
    team: { id: 'T0ACME' },
    user: { id: 'U0MAYA', team_id: 'T0ACME' },
    api_app_id: 'A0TRACEFALL',
    view: { id: 'V1', type: 'modal', callback_id: 'annotate', blocks: [], ...view },
  }),
});
