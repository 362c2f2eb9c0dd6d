import { teaches } from '../src/diagnosis/learn.ts';
import { lessonOf } from '../src/diagnosis/lesson.ts';
import { setApart } from '../src/diagnosis/set-apart.ts';
import { keysOf, operationKey } from '../src/diagnosis/usual.ts';
import { decide } from '../src/incident/decide.ts';
import { inspectedTransaction } from '../src/inspection.ts';
import { drawMap } from '../src/map/draw-map.ts';
import { drawTrend } from '../src/map/trend/draw-trend.ts';
import type { Studio, World } from '../src/ports.ts';
import { otlpJson } from '../src/telemetry/otlp-write.ts';
import { drawWaterfall } from '../src/waterfall/draw.ts';
import { tellingOf } from '../src/waterfall/telling.ts';
import { look, readTransaction, readTransactions } from './look.ts';
import { lookAround } from './look-around.ts';
import { lookBack } from './look-back.ts';

/** In this thread: whoever serves a queue in it meanwhile should ask `openStudio` instead. */
export const studio = (world: Pick<World, 'clock' | 'records' | 'usual' | 'changes' | 'latencies'>): Studio => ({
  judge: async (traceId) => {
    const scene = await look(world, traceId);
    const alert = scene && decide(scene.transaction, scene.outcome, scene.causes);
    return alert && { alert, usual: scene.usual };
  },
  compare: async (traces, { service, transaction, outcome }) => {
    const entry = operationKey(service, transaction);
    const healthy = (await world.records.healthy(entry)).filter((id) => !traces.includes(id));
    const [bad, good] = [await readTransactions(world, traces), await readTransactions(world, healthy)];
    return setApart({ entry, outcome, bad, good: good.filter((each) => each.outcome === 'ok') });
  },
  tell: async (traceId) => {
    const scene = await look(world, traceId);
    return scene && tellingOf(scene);
  },
  portray: async (traceId, theme) => {
    const scene = await look(world, traceId);
    return scene && { telling: tellingOf(scene), picture: await drawWaterfall(scene, { theme }) };
  },
  study: async (traceId) => {
    const transaction = await readTransaction(world, traceId);
    if (!transaction) return undefined;
    const usual = await world.usual.read(keysOf(transaction));
    return teaches(transaction, usual) ? { id: transaction.id, lesson: lessonOf(transaction) } : undefined;
  },
  tellMap: (question) => lookAround(world, question),
  portrayMap: async (question, theme) => {
    const map = await lookAround(world, question);
    return map && { map, picture: await drawMap(map, theme) };
  },
  dossier: async (traceId, theme) => {
    const scene = await look(world, traceId);
    if (!scene) return undefined;
    const json = JSON.stringify({ format: 1, transactions: [inspectedTransaction(scene)] }, undefined, 1);
    const otlp = otlpJson((await world.records.read(traceId)).records);
    return { telling: tellingOf(scene), picture: await drawWaterfall(scene, { theme }), json, otlp };
  },
  portrayTrend: async (traceId, theme) => {
    const trend = await lookBack(world, traceId);
    return trend && { trend, picture: await drawTrend(trend, theme) };
  },
});
