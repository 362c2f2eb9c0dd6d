import { keeping } from './keeping.ts';

/** EventBridge rules: failures, alarms, changes. */
export const receive = keeping('lambda-events');
