import { randomUUID } from 'node:crypto';

export type Message<Body> = {
  readonly id: string;
  readonly body: Body;
  /** Where the sender was in its trace. */
  readonly traceparent: string;
  /** This delivery, from 1: SQS's ApproximateReceiveCount. */
  readonly receiveCount: number;
};

export type QueueSettings<Body> = {
  /** Between sending and the first delivery. */
  readonly deliveryDelayMs: () => number;
  /** After a failed delivery the message is hidden until so long after it was received. */
  readonly visibilityTimeoutMs: number;
  /** After so many deliveries that failed, the message goes to the dead-letter queue. */
  readonly maxReceiveCount: number;
  /** false: failed, the message stays. */
  readonly consume: (message: Message<Body>) => Promise<boolean>;
  readonly buried: (message: Message<Body>) => void;
};

export type Queue<Body> = {
  /** The message's id. */
  send(body: Body, traceparent: string): string;
  /** Messages that wait, are being worked on, or are hidden after a failure. */
  depth(): number;
  dead(): number;
  stop(): void;
};

/** A queue with the semantics of SQS: at least once, hidden while worked on, a receive count, and a dead-letter queue behind it. */
export function queue<Body>(settings: QueueSettings<Body>): Queue<Body> {
  const timers = new Map<string, NodeJS.Timeout>();
  const open = new Set<string>();
  let dead = 0;
  let stopped = false;

  const later = (message: Message<Body>, ms: number): void => {
    if (!stopped) timers.set(message.id, setTimeout(() => void deliver(message), ms).unref());
  };
  const deliver = async (message: Message<Body>): Promise<void> => {
    timers.delete(message.id);
    const receivedAt = Date.now();
    if (await settings.consume(message)) {
      open.delete(message.id);
      return;
    }
    const hiddenMs = receivedAt + settings.visibilityTimeoutMs - Date.now();
    if (message.receiveCount < settings.maxReceiveCount) {
      later({ ...message, receiveCount: message.receiveCount + 1 }, Math.max(0, hiddenMs));
      return;
    }
    open.delete(message.id);
    dead += 1;
    settings.buried(message);
  };

  return {
    send: (body, traceparent) => {
      const id = randomUUID();
      open.add(id);
      later({ id, body, traceparent, receiveCount: 1 }, settings.deliveryDelayMs());
      return id;
    },
    depth: () => open.size,
    dead: () => dead,
    stop: () => {
      stopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
