import type { Queue } from '../../src/ports.ts';

const nothing = async (): Promise<void> => undefined;

/** Takes every job and runs none: the test says what happens next. */
export const idleQueue: Queue = {
  ...{ examine: nothing, announce: nothing, answer: nothing, learn: nothing },
  ...{ gather: nothing, publish: nothing, storm: nothing, revisit: nothing, unfurl: nothing, home: nothing, trouble: nothing },
};
