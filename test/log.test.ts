import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** Logs are written by a process of their own: what it says on standard error is what an operator gets. */
async function logged(code: string): Promise<string> {
  const script = `const { logger } = await import('./dist/src/log.js'); const log = logger(); ${code}`;
  const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  return stderr;
}

test('tells what an error says and where from, in one JSON line', async () => {
  const line = await logged(
    `log.error({ err: new TypeError('no such key', { cause: new Error('the reason') }), key: 7 }, 'it failed')`,
  );

  expect(line.trim().split('\n')).toHaveLength(1);
  expect(JSON.parse(line)).toMatchObject({
    ...{ level: 50, msg: 'it failed', key: 7 },
    err: { type: 'TypeError', message: 'no such key', cause: { message: 'the reason' } },
  });
});

test('never tells what was sent: ioredis hangs the command on its error, password and payload included', async () => {
  const line = await logged(`
    const error = Object.assign(new Error('WRONGPASS'), { command: { name: 'auth', args: ['canary'] }, previousErrors: [{ args: ['canary'] }] });
    log.warn({ err: error }, 'Redis'); log.warn({ err: new Error('retries', { cause: error }) }, 'Redis');`);

  expect(line).toContain('WRONGPASS');
  expect(line).not.toContain('canary');
});
