import { readFile, writeFile } from 'node:fs/promises';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { outcomeOf } from '../../src/diagnosis/outcome.ts';
import { drawMap } from '../../src/map/draw-map.ts';
import { drawTrend } from '../../src/map/trend/draw-trend.ts';
import { parse } from '../../src/telemetry/parse.ts';
import { assemble } from '../../src/trace/assemble.ts';
import { drawWaterfall, type Scene } from '../../src/waterfall/draw.ts';
import type { Picture } from '../../src/waterfall/picture.ts';
import { shopScene, slowing } from '../map/maps.ts';
import { crowd } from '../waterfall/crowds.ts';
import { checkout } from '../waterfall/examples.ts';

/** The pictures of docs/, from recordings in test/cases and from examples of the tests: `npm run pictures`. */
const ROOT = new URL('../../../', import.meta.url);

async function recorded(name: string): Promise<Scene> {
  const { records } = parse(await readFile(new URL(`test/cases/${name}.jsonl`, ROOT)), name);
  const [transaction] = assemble(records).transactions;
  if (!transaction) throw new Error(`${name} has no transaction`);
  const usual = new Map();
  return { transaction, outcome: outcomeOf(transaction, usual), causes: diagnose(transaction, usual), usual: undefined };
}

const JAPANESE: Readonly<Record<string, string>> = {
  'shop-api': '注文API',
  'checkout-fn': '購入手続き',
  'payments-fn': '決済',
  'pricing-fn': '価格計算',
  'fulfil-fn': '出荷',
  'analytics-fn': '分析',
  'email-fn': 'メール通知',
};

/** The same transaction of a shop in Japan. */
const inJapan = ({ transaction, ...rest }: Scene): Scene => ({
  ...rest,
  transaction: {
    ...transaction,
    name: 'POST /購入',
    spans: transaction.spans.map((span) => ({ ...span, service: JAPANESE[span.service] ?? span.service })),
  },
});

const PICTURES: Readonly<Record<string, Picture>> = {
  'step-functions': await drawWaterfall(await recorded('step-functions-retries')),
  batch: await drawWaterfall(await recorded('sqs-partial-failure')),
  'fan-out': await drawWaterfall(await recorded('eventbridge-fan-out')),
  dark: await drawWaterfall(checkout, { theme: 'dark' }),
  japanese: await drawWaterfall(inJapan(checkout)),
  'ten-thousand': await drawWaterfall(crowd(10_000), { preset: 'full' }),
  map: await drawMap(shopScene()),
  trend: await drawTrend(slowing),
};

for (const [name, { png }] of Object.entries(PICTURES)) {
  await writeFile(new URL(`docs/${name}.png`, ROOT), png);
  process.stdout.write(`docs/${name}.png ${Math.round(png.length / 1_024)} KiB\n`);
}
