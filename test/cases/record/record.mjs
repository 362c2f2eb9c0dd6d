/** Records every case anew, or those named: `node record.mjs FOLDER [NAME…]`. See ../README.md. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { endpoint } from './endpoint.mjs';
import { platform } from './platform.mjs';
import { scenarios } from './scenarios.mjs';

/** Calls that the endpoint has heard, to be awaited; runs of functions and what they and the platform said. */
async function world() {
  const [lines, heard] = [[], []];
  const lambda = {};
  const door = await endpoint({
    heard: (operation, asked, answer) => heard.push({ operation, asked, answer, at: Date.now() }),
    exported: (request) => lines.push(JSON.stringify(request)),
    invoke: (name, event, how) => lambda.invoke(name, event, { ...how, timeoutMs: name === 'read-rates' ? 1_000 : 10_000 }),
  });
  Object.assign(lambda, platform(door.url, lines));
  return {
    lines,
    invoke: lambda.invoke,
    call: async (name, body) => {
      const { error } = await lambda.invoke(name, { headers: {}, body });
      if (error) throw new Error(`${name}: ${error.errorMessage}`);
    },
    warm: lambda.warm,
    sent: (operation) => heard.filter((call) => call.operation === operation),
    close: () => {
      lambda.close();
      door.close();
    },
  };
}

const [folder = '.', ...only] = process.argv.slice(2);
for (const [name, { functions, run, tellsPlatform = false }] of Object.entries(scenarios)) {
  if (only.length > 0 && !only.includes(name)) continue;
  const place = await world();
  // How long a process takes to start on this machine is no part of any case.
  for (const each of functions) await place.warm(each);
  await run(place);
  await delay(200);
  place.close();
  const kept = place.lines.filter((line) => tellsPlatform || !line.includes('"type":"platform.'));
  writeFileSync(join(folder, `${name}.jsonl`), `${kept.join('\n')}\n`);
}
