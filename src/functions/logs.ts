import { keeping } from './keeping.ts';

/** CloudWatch Logs subscription on the log groups of Lambda functions, or of the whole account. */
export const receive = keeping('lambda-logs');
