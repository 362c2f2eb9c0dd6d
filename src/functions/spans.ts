import { keeping } from './keeping.ts';

/** CloudWatch Logs subscription on `aws/spans`. */
export const receive = keeping('lambda-spans');
