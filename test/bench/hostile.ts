import { verdictOn } from '../../src/slack/genuine.ts';
import { forgeries, NOW_MS, signedNow } from '../slack/forgeries.ts';
import { commandForm, pressForm, submissionForm } from '../world/slack-signed.ts';
import { bombed } from './bombs.ts';

/** Forged requests against the verifier, and bombs against the doors: `npm run bench:hostile -- 2000000 10000`. */
const [forged = 100_000, bombs = 200] = process.argv.slice(2).map(Number);
const SECRET = 'a-signing-secret';
const bodies = [
  commandForm('/trace', '1-5759e988-bd862e3fe1be46a994272793', 'http://127.0.0.1:1/'),
  pressForm('acknowledge', 'incident-1', 'http://127.0.0.1:1/'),
  submissionForm({ private_metadata: '{}' }),
].map((form) => Buffer.from(new URLSearchParams(form).toString()));

let accepted = 0;
for (const each of forgeries(SECRET, bodies, { seed: 11, count: forged }))
  if (verdictOn(each, [SECRET, 'the one before'], NOW_MS) === 'genuine') accepted += 1;
const genuine = bodies.filter((body) => verdictOn(signedNow(SECRET, body), [SECRET], NOW_MS) === 'genuine').length;
console.log(`forged or mutated requests: ${forged}, accepted ${accepted}; genuine ones taken: ${genuine} of ${bodies.length}`);

await bombed(bombs);
