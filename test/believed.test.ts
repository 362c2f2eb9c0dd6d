import { expect, test } from 'vitest';
import { believed } from '../src/believed.ts';

test('what was learned is believed, by all who ask; what failed is asked again, and so is what is old', async () => {
  let asked = 0;
  const ask = async (): Promise<number> => {
    asked += 1;
    if (asked === 1) throw new Error('away');
    return asked;
  };
  const told = believed(Infinity, ask);
  const [one, other] = [told(), told()];
  await expect(one).rejects.toThrow('away');
  await expect(other).rejects.toThrow('away');
  expect(asked).toBe(1);
  expect(await Promise.all([told(), told()])).toEqual([2, 2]);
  expect(await told()).toBe(2);

  const doubting = believed(0, ask);
  expect([await doubting(), await doubting()]).toEqual([3, 4]);
});
