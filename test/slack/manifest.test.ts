import { expect, test } from 'vitest';
import { manifest } from '../../src/slack/manifest.ts';

test('asks for no more than it uses', () => {
  const { bot } = manifest('https://bot.example.com').oauth_config.scopes;

  expect([...bot].sort()).toEqual([
    'channels:history',
    'chat:write',
    'commands',
    'files:write',
    'groups:history',
    'links:read',
    'links:write',
    'reactions:read',
    'users:read',
  ]);
});

test('sends everything to one address', () => {
  const { features, settings } = manifest('https://bot.example.com/');

  expect(features.slash_commands[0]).toMatchObject({ command: '/trace', url: 'https://bot.example.com/slack/events' });
  expect(settings.interactivity).toEqual({ is_enabled: true, request_url: 'https://bot.example.com/slack/events' });
  expect(settings.socket_mode_enabled).toBe(false);
});

test('needs no address in Socket Mode', () => {
  const socket = manifest(undefined);

  expect(socket.settings).toMatchObject({ socket_mode_enabled: true, interactivity: { is_enabled: true } });
  expect(JSON.stringify(socket)).not.toMatch(/"(request_)?url"/);
});

/** https://docs.slack.dev/reference/app-manifest */
test('keeps to the lengths that Slack takes', () => {
  const { display_information, features } = manifest('https://bot.example.com');

  expect(display_information.name.length).toBeLessThanOrEqual(35);
  expect(display_information.description.length).toBeLessThanOrEqual(140);
  for (const { description, usage_hint } of features.slash_commands) {
    expect(description.length).toBeLessThanOrEqual(100);
    expect(usage_hint.length).toBeLessThanOrEqual(1_000);
  }
});
