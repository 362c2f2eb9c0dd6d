import { parseArgs } from 'node:util';
import type { FaultCounts } from './faults.ts';
import type { Size } from './plan.ts';
import type { Measured } from './recovery.ts';

export type Asked = {
  readonly seed: number;
  readonly minutes: number;
  readonly size: Size;
  readonly faults: FaultCounts;
  readonly measured: Measured;
};

const number = (fallback: string) => ({ type: 'string', default: fallback }) as const;

/** Of a run. `--replay LINE`: what the run that printed that line was asked for. */
export function optionsIn(args: readonly string[]): Asked {
  const { values } = parseArgs({
    args: [...args],
    options: {
      replay: { type: 'string' },
      ...{ seed: number(String(Date.now() % 1_000_000)), minutes: number('3') },
      ...{ kills: number('60'), random: number('20'), slack: number('5') },
      ...{ redis: number('5'), failovers: number('0'), memory: number('0'), disk: number('0'), restarts: number('0') },
      ...{ network: number('10'), recoveries: number('1'), outages: number('0') },
    },
  });
  // Its own words.
  if (values.replay !== undefined) return JSON.parse(values.replay).asked as Asked;
  return {
    ...{ seed: Number(values.seed), minutes: Number(values.minutes) },
    size: {
      failpointKills: Number(values.kills),
      randomKills: Number(values.random),
      slackFaultsPercent: Number(values.slack),
    },
    faults: {
      redisKill: Number(values.redis),
      failover: Number(values.failovers),
      outOfMemory: Number(values.memory),
      diskFull: Number(values.disk),
      restart: Number(values.restarts),
      network: Number(values.network),
    },
    measured: { redis: Number(values.recoveries), halfOpen: Number(values.recoveries), slack: Number(values.outages) },
  };
}
