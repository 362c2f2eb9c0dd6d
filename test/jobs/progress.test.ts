import { expect, test } from 'vitest';
import { progressOn } from '../../jobs/progress.ts';

/** A terminal that keeps what was written, and a clock that goes by 100 ms whenever it is asked. */
function terminal(isTTY: boolean, stepMs = 100) {
  const written: string[] = [];
  let ms = 0;
  const now = () => {
    ms += stepMs;
    return ms;
  };
  const stream = { isTTY, write: (text: string) => written.push(text) > 0 };
  return { progress: progressOn(stream, now), written };
}

test('a long work is one line on a terminal, and gone when it is over', () => {
  const { progress, written } = terminal(true, 500);
  progress.at('reading', 1, 4);
  progress.at('putting together');
  progress.over();
  progress.over();

  expect(written).toEqual(['\r\u001b[Kreading  ━━━━━━╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌  1 of 4', '\r\u001b[Kputting together …', '\r\u001b[K']);
});

test('a short work leaves the terminal alone', () => {
  const { progress, written } = terminal(true);
  for (let file = 0; file < 3; file += 1) progress.at('reading', file, 3);
  progress.over();

  expect(written).toEqual([]);
});

test('the line is written a few times a second, however often there is something to say', () => {
  const { progress, written } = terminal(true, 10);
  for (let file = 0; file < 1_000; file += 1) progress.at('reading', file, 1_000);

  expect(written.length).toBeGreaterThan(50);
  expect(written.length).toBeLessThan(130);
});

test('a pipe gets nothing', () => {
  const { progress, written } = terminal(false, 500);
  progress.at('reading', 1, 4);
  progress.over();

  expect(written).toEqual([]);
});
