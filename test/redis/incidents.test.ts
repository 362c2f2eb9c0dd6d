import { expect, test } from 'vitest';
import type { Alert } from '../../src/incident/incident.ts';
import { redisIncidents } from '../../src/redis/incidents.ts';
import { fromMillis, micros } from '../../src/units.ts';
import { aTraceId } from '../trace/records.ts';
import { testRedis } from '../world/redis.ts';

const redis = testRedis();
const NOW = fromMillis(1_795_000_000_000);
const incidents = () => redisIncidents(redis(), () => NOW);
const alert = (trace: string, changes: Partial<Alert> = {}): Alert => ({
  ...{ signature: 's', outcome: 'failed', transaction: 'POST /orders', service: 'api', environment: 'test' },
  ...{ hop: { service: 'payment', operation: 'charge' }, error: undefined, duration: fromMillis(200), spans: 2, causes: [] },
  ...{ version: undefined, owner: undefined },
  ...{ traceId: aTraceId(trace), traceIds: [aTraceId(trace)], at: NOW, lastFailure: micros(NOW + 200_000) },
  ...changes,
});

test('counts each transaction once, from however many workers at once', async () => {
  const reports = await Promise.all(Array.from({ length: 60 }, (_, n) => incidents().report(alert(`t${n % 20}`))));

  const [id] = new Set(reports.map((report) => report.incidentId));
  expect(new Set(reports.map((report) => report.incidentId)).size).toBe(1);
  expect(reports.filter((report) => report.what === 'opened')).toHaveLength(1);
  expect((await incidents().read(id ?? ''))?.count).toBe(20);
});

test('knows when it was first and last seen, in whatever order the transactions come', async () => {
  const { incidentId } = await incidents().report(alert('b'));
  await incidents().report(alert('c', { at: micros(NOW + 5) }));
  await incidents().report(alert('a', { at: micros(NOW - 5) }));

  expect(await incidents().read(incidentId)).toMatchObject({
    ...{ firstSeen: NOW - 5, lastSeen: NOW + 5, newest: { traceId: alert('c').traceId } },
  });
});

test('two people who press at once give one winner', async () => {
  const { incidentId } = await incidents().report(alert('a'));
  const presses = await Promise.all(
    ['U0MAYA', 'U0JONAS'].map((by) => incidents().change(incidentId, { kind: 'acknowledge', by })),
  );

  expect(presses.map((press) => press.kind).sort()).toEqual(['changed', 'refused']);
  expect((await incidents().read(incidentId))?.log.map((entry) => entry.what)).toEqual(['opened', 'acknowledged']);
});

test('a note is kept with its author also when the incident is over, and a change of an unknown incident says so', async () => {
  const { incidentId } = await incidents().report(alert('a'));
  await incidents().change(incidentId, { kind: 'resolve', by: 'U0MAYA' });
  const noted = await incidents().change(incidentId, { kind: 'note', by: 'U0JONAS', text: 'it was DNS' });

  expect(noted.kind).toBe('changed');
  expect((await incidents().read(incidentId))?.log.at(-1)).toMatchObject({ by: 'U0JONAS', text: 'it was DNS', at: NOW });
  expect(await incidents().change('nobody', { kind: 'note', by: 'U0JONAS', text: 'x' })).toEqual({ kind: 'unknown' });
});

test('a change bumps the version, so that an older edit is told from a newer one', async () => {
  const { incidentId } = await incidents().report(alert('a'));
  const before = (await incidents().read(incidentId))?.version ?? 0;
  await incidents().change(incidentId, { kind: 'note', by: 'U0JONAS', text: 'x' });

  expect((await incidents().read(incidentId))?.version).toBe(before + 1);
});

test('every key dies some day', async () => {
  const { incidentId } = await incidents().report(alert('a'));
  await incidents().change(incidentId, { kind: 'note', by: 'U0JONAS', text: 'x' });

  const ttls = await Promise.all((await redis().keys('*')).map((key) => redis().pttl(key)));
  // One of them says that Redis is whole.
  expect(ttls).toHaveLength(7);
  expect(Math.min(...ttls)).toBeGreaterThan(0);
});

test('one transaction over two traces is one failure, by whichever trace it is found first', async () => {
  const both = [aTraceId('consumer'), aTraceId('producer')];
  const first = await incidents().report(alert('consumer'));
  const second = await incidents().report(alert('producer', { signature: 'another by now', traceIds: both }));

  expect(second).toEqual({ incidentId: first.incidentId, what: 'grown', left: [] });
  expect(await incidents().read(first.incidentId)).toMatchObject({ count: 1, alert: { traceId: aTraceId('producer') } });
});

test('a transaction that turns out to be part of another is a witness no longer, and not the newest', async () => {
  const { incidentId } = await incidents().report(alert('consumer'));
  await incidents().report(alert('bystander'));
  const other = await incidents().report(alert('first', { signature: 'another' }));
  await incidents().report(alert('producer', { signature: 'another' }));
  expect((await incidents().witnesses(other.incidentId)).traces).toEqual(['first', 'producer'].map(aTraceId));
  expect((await incidents().read(other.incidentId))?.newest.traceId).toBe(aTraceId('producer'));

  await incidents().report(alert('producer', { traceIds: [aTraceId('producer'), aTraceId('consumer')] }));
  const witnesses = await Promise.all([incidentId, other.incidentId].map((id) => incidents().witnesses(id)));
  expect(witnesses.flatMap(({ traces }) => traces)).toHaveLength(3);
  expect((await incidents().read(other.incidentId))?.newest.traceId).toBe(aTraceId('first'));
});

test('the first transactions of an incident are its witnesses', async () => {
  const reports = Array.from({ length: 70 }, (_, n) => `t${n}`);
  for (const trace of reports) await incidents().report(alert(trace));
  const { incidentId } = await incidents().report(alert('t0'));

  expect((await incidents().witnesses(incidentId)).traces).toEqual(reports.slice(0, 64).map(aTraceId));
});

test('another finding is news, the same again is none', async () => {
  const { incidentId } = await incidents().report(alert('a'));
  const versions: (number | undefined)[] = [];
  expect(await incidents().claimContrast(incidentId, 5)).toBe(true);
  expect(await incidents().claimContrast(incidentId, 5)).toBe(false);
  expect(await incidents().claimContrast('nobody', 5)).toBe(false);
  for (const contrast of [[], ['all have x = 1'], ['all have x = 1'], []]) {
    expect(await incidents().setContrast(incidentId, contrast, 5)).not.toBe('outdated');
    const incident = await incidents().read(incidentId);
    expect(incident?.contrast).toEqual(contrast);
    versions.push(incident?.version);
  }
  expect(await incidents().setContrast(incidentId, ['all have y = 2'], 4)).toBe('outdated');
  expect(await incidents().setContrast('nobody', [], 5)).toBe('outdated');

  expect(versions).toEqual([1, 2, 2, 3]);
  expect(await incidents().witnesses(incidentId)).toMatchObject({ compared: 5 });
  expect(await incidents().read('nobody')).toBeUndefined();
});

test('resolving an old incident leaves the current one of its signature alone', async () => {
  const old = await incidents().report(alert('a'));
  await redis().del(...(await redis().keys('tf:signature:*')));
  const current = await incidents().report(alert('b'));
  await incidents().change(old.incidentId, { kind: 'resolve', by: 'U0MAYA' });

  expect((await incidents().report(alert('c'))).incidentId).toBe(current.incidentId);
});
