import { chatTwin } from '../world/chat-twin.ts';
import { chatContract } from './chat.contract.ts';

chatContract('the twin in memory', async () => {
  const { chat, channel } = chatTwin();
  return { chat, channel, stop: async () => undefined };
});
