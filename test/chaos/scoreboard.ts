import { z } from 'zod';
import { RECOVERED_WITHIN_S, type Recoveries } from './recovery.ts';

const Line = z.object({
  ...{
    seed: z.number(),
    kept: z.boolean(),
    at: z.string(),
    machine: z.string(),
    load: z.array(z.number()),
    recovery_s: z.number(),
    took_s: z.number(),
  },
  ...{ failpointKills: z.number(), randomKills: z.number(), redisKill: z.number(), failover: z.number() },
  ...{ outOfMemory: z.number(), diskFull: z.number(), restart: z.number(), network: z.number(), slackFaults: z.number() },
  recovered: z.object({ redis: z.array(z.number()), halfOpen: z.array(z.number()), slack: z.array(z.number()) }),
  ...{ incidents: z.number(), transactions: z.number(), stoppedLate: z.number() },
  ...{ lost: z.array(z.string()), duplicateThreads: z.array(z.string()), wrongCounts: z.array(z.string()) },
  ...{ lostPictures: z.array(z.string()), doublePictures: z.array(z.string()) },
});
type Line = z.output<typeof Line>;

/** The sum of many runs, as a table of Markdown: what was done to it, and what people saw of that. */
export function scoreboard(lines: readonly string[]): string {
  const runs = lines.map((line) => Line.parse(JSON.parse(line)));
  const sum = (count: (run: Line) => number): string => runs.reduce((all, run) => all + count(run), 0).toLocaleString('en');
  const recovered = (kind: keyof Recoveries): string =>
    `${spread(runs.flatMap((run) => run.recovered[kind]))} (promised: ${RECOVERED_WITHIN_S[kind]} s)`;
  const broken = runs.filter((run) => !run.kept).map((run) => run.seed);
  const rows: readonly (readonly [string, string])[] = [
    ['runs (seeds)', `${runs.length} (${runs.map((run) => run.seed).join(', ')})`],
    ['processes killed at failpoints', sum((run) => run.failpointKills)],
    ['processes killed at random moments', sum((run) => run.randomKills)],
    ['restarts as a deployment makes them (ended late)', `${sum((run) => run.restart)} (${sum((run) => run.stoppedLate)})`],
    ['Redis killed', sum((run) => run.redisKill)],
    ['failovers to the replica', sum((run) => run.failover)],
    ['Redis out of memory', sum((run) => run.outOfMemory)],
    ['disk full', sum((run) => run.diskFull)],
    ['network faults', sum((run) => run.network)],
    ['answers of Slack that went wrong', sum((run) => run.slackFaults)],
    ['incidents, transactions', `${sum((run) => run.incidents)}, ${sum((run) => run.transactions)}`],
    ['**incidents lost**', sum((run) => run.lost.length)],
    ['**threads twice**', sum((run) => run.duplicateThreads.length)],
    ['**wrong counts**', sum((run) => run.wrongCounts.length)],
    ['**pictures lost, twice**', `${sum((run) => run.lostPictures.length)}, ${sum((run) => run.doublePictures.length)}`],
    [
      'runs in which anything else was not as promised (seeds)',
      `${broken.length}${broken.length > 0 ? ` (${broken.join(', ')})` : ''}`,
    ],
    ['every worker at work again after Redis was back', recovered('redis')],
    ['… after all connections to Redis fell silent', recovered('halfOpen')],
    ['all that waited is told after Slack was back', recovered('slack')],
    ['everything at rest and true after the last fault', spread(runs.map((run) => run.recovery_s))],
    ['date, machine', `${runs[0]?.at.slice(0, 10)}, ${runs[0]?.machine}`],
    ['load at the end of each run', runs.map((run) => run.load[0]).join(', ')],
  ];
  return ['| what | how often |', '| --- | --- |', ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n');
}

function spread(all: readonly number[]): string {
  const sorted = all.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1);
  return `${sorted.length} times: shortest ${at(0)}, median ${at(0.5)}, longest ${at(1)} s`;
}
