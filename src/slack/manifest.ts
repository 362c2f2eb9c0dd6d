import { EVENTS_PATH } from './receiver.ts';

/** No wider than what is used; docs/slack.md says what each is for. */
export const SCOPES = [
  'chat:write',
  'commands',
  'files:write',
  'channels:history',
  'groups:history',
  'reactions:read',
  'users:read',
  'links:read',
  'links:write',
] as const;
/** https://docs.slack.dev/reference/events: each needs a scope from above, the home tab none. */
const EVENTS = ['reaction_added', 'message.channels', 'message.groups', 'app_home_opened', 'link_shared'] as const;
/** Where the consoles of AWS are, in each of its partitions; Slack takes five. Subdomains (regions) are included. */
const UNFURLED = ['console.aws.amazon.com', 'console.amazonaws-us-gov.com', 'console.amazonaws.cn'] as const;

/**
 * The Slack app, to be pasted at https://api.slack.com/apps?new_app=1. `url`: where the bot is reached (`https://bot.example.com`);
 * undefined: Socket Mode. https://docs.slack.dev/reference/app-manifest
 */
export function manifest(url: string | undefined) {
  const address = url === undefined ? {} : { url: new URL(EVENTS_PATH, url).href };
  const requestAddress = url === undefined ? {} : { request_url: new URL(EVENTS_PATH, url).href };
  return {
    display_information: {
      name: 'Tracefall',
      description: 'The failing transaction, its waterfall and its likely cause, in your channel.',
      background_color: '#1f2430',
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: false, messages_tab_read_only_enabled: true },
      unfurl_domains: [...UNFURLED],
      bot_user: { display_name: 'Tracefall', always_online: true },
      slash_commands: [
        {
          command: '/trace',
          description: 'Show a transaction, list and search incidents',
          usage_hint: '1-5759e988-bd862e3fe1be46a994272793',
          should_escape: false,
          ...address,
        },
      ],
    },
    oauth_config: { scopes: { bot: [...SCOPES] } },
    settings: {
      event_subscriptions: { bot_events: [...EVENTS], ...requestAddress },
      interactivity: { is_enabled: true, ...requestAddress },
      org_deploy_enabled: false,
      socket_mode_enabled: url === undefined,
      token_rotation_enabled: false,
    },
  };
}
