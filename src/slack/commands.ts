import type { SlashCommand } from '@slack/bolt';
import { xrayTraceId } from '../telemetry/ids.ts';
import { within } from '../within.ts';
import type { Question } from '../work.ts';
import { Answer } from '../work.ts';
import { traceHelp } from './answer-message.ts';
import { mapAsked } from './map-message.ts';
import { code, prose } from './mrkdwn.ts';
import { muted, unmuted } from './muting.ts';
import { respondPrivately } from './response-url.ts';
import type { Desk } from './slack-desk.ts';
import { askedTooOften } from './too-often.ts';
import type { TraceCommand } from './trace-command.ts';
import { readTraceCommand } from './trace-command.ts';

const FAILED = 'Something of mine is not answering. Please ask again in a minute.';

/** `/trace`, and the further commands by name (`/shop`). */
export function takeCommands(desk: Desk, further: readonly string[]): void {
  desk.app.command('/trace', async ({ ack, command }) => {
    const asked = readTraceCommand(command.text ?? '');
    await ack({ response_type: 'ephemeral', text: firstWords(asked) });
    await pursue(desk, command, asked);
  });
  for (const name of further) {
    desk.app.command(name, async ({ ack, command }) => {
      await ack();
      const text = await attempt(desk, () => desk.on.command(name, command.text ?? '', command.user_id), name);
      await respond(desk, command, text ?? FAILED);
    });
  }
}

async function pursue(desk: Desk, command: SlashCommand, asked: TraceCommand): Promise<void> {
  switch (asked.kind) {
    case 'help':
    case 'bad':
      return;
    case 'mute':
      return await respond(desk, command, await muted(desk, asked.incidentId, command.user_id));
    case 'unmute':
      return await respond(desk, command, await unmuted(desk, asked.incidentId));
    case 'last':
      return await keepQuestion(desk, command, {
        kind: 'last',
        name: asked.name,
        ...(asked.outcome && { outcome: asked.outcome }),
      });
    default:
      await keepQuestion(desk, command, asked);
  }
}

function firstWords(asked: TraceCommand): string {
  switch (asked.kind) {
    case 'help':
      return traceHelp();
    case 'bad':
      return `${asked.why} ${code('/trace help')} says what else I take.`;
    case 'trace':
      return `Looking for trace ${code(xrayTraceId(asked.traceId))} …`;
    case 'map':
      return mapAsked(asked);
    case 'request':
      return `Looking for ${code(asked.requestId)} …`;
    case 'last':
      return `Looking for the last ${asked.outcome ?? ''} ${prose(asked.name, 200)} …`;
    case 'search':
      return `Looking for incidents with ${prose(asked.words, 200)} …`;
    case 'incidents':
      return 'Looking for open incidents …';
    case 'about':
      return `Making files of incident ${code(asked.incidentId)} …`;
    case 'mute':
    case 'unmute':
      return `Looking for incident ${code(asked.incidentId)} …`;
  }
}

async function keepQuestion(desk: Desk, command: SlashCommand, asked: Question): Promise<void> {
  const wait = await attempt(desk, () => desk.on.trace(answerTo(command, asked)), '/trace');
  if (wait !== 0) await respond(desk, command, wait === undefined ? FAILED : askedTooOften(wait));
}

function answerTo(command: SlashCommand, asked: Question): Answer {
  return Answer.parse({
    v: 1,
    requestId: command.trigger_id,
    question: asked,
    channel: command.channel_id,
    user: command.user_id,
    responseUrl: command.response_url,
  });
}

async function attempt<T>({ report }: Desk, work: () => Promise<T>, name: string): Promise<T | undefined> {
  try {
    return await within(work());
  } catch (error) {
    report.failed(error, name);
    return undefined;
  }
}

async function respond({ report, apiUrl }: Desk, command: SlashCommand, text: string): Promise<void> {
  await respondPrivately(command.response_url, text, apiUrl).catch((error) =>
    report.failed(error, `an answer to ${command.command}`),
  );
}
