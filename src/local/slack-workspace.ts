/** What `local-slack --config` reads (0.1.8). It knows no list of slash commands: its page offers and sends any. */
type WorkspaceConfig = {
  readonly workspace: { readonly name: string; readonly domain: string; readonly teamId: string };
  readonly apps: readonly {
    readonly appId: string;
    readonly botUserId: string;
    readonly botName: string;
    readonly botToken: string;
    readonly appToken: string;
    readonly signingSecret: string;
    readonly mode: 'events';
    readonly requestUrl: string;
  }[];
  readonly users: readonly {
    readonly id: string;
    readonly name: string;
    readonly real_name: string;
    readonly email: string;
    readonly tz: string;
  }[];
  readonly channels: readonly WorkspaceChannel[];
};

type WorkspaceChannel = {
  readonly id: string;
  readonly name: string;
  readonly topic: string;
  readonly purpose: string;
  readonly members: readonly string[];
};

const BOT = 'U0TRACEFALL';

const USERS = [
  { id: 'U0MAYA', name: 'maya', real_name: 'Maya Okafor', email: 'maya.okafor@acme.example', tz: 'Europe/London' },
  { id: 'U0JONAS', name: 'jonas', real_name: 'Jonas Lindqvist', email: 'jonas.lindqvist@acme.example', tz: 'Europe/Stockholm' },
  { id: 'U0PRIYA', name: 'priya', real_name: 'Priya Raman', email: 'priya.raman@acme.example', tz: 'Asia/Kolkata' },
] as const;

/** It tells an app only of channels that the app is a member of. */
const EVERYBODY = [...USERS.map((user) => user.id), BOT];

const INCIDENTS = { id: 'C0INCIDENTS', name: 'incidents' } as const;

const CHANNELS: readonly WorkspaceChannel[] = [
  { ...INCIDENTS, topic: 'What is failing right now, one thread each', purpose: 'Tracefall posts here', members: EVERYBODY },
  { id: 'C0GENERAL', name: 'general', topic: 'Everything else', purpose: 'Company-wide talk', members: EVERYBODY },
];

export type Workspace = { readonly config: WorkspaceConfig; readonly incidents: { readonly id: string; readonly name: string } };

/** The workspace "Acme": three people, two channels, and our app, to which Slack speaks at `appUrl`. */
export function workspace(app: {
  readonly botToken: string;
  readonly signingSecret: string;
  readonly appUrl: string;
}): Workspace {
  return {
    incidents: INCIDENTS,
    config: {
      workspace: { name: 'Acme', domain: 'acme', teamId: 'T0ACME' },
      apps: [
        {
          appId: 'A0TRACEFALL',
          botUserId: BOT,
          botName: 'Tracefall',
          botToken: app.botToken,
          appToken: 'xapp-unused',
          signingSecret: app.signingSecret,
          mode: 'events',
          requestUrl: app.appUrl,
        },
      ],
      users: USERS,
      channels: CHANNELS,
    },
  };
}
