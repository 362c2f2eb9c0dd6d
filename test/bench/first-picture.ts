import { drawWaterfall } from '../../src/waterfall/draw.ts';
import { crowd } from '../waterfall/crowds.ts';

/** Run by render.ts as a process of its own: what the first picture of a process costs. */
const { png } = await drawWaterfall(crowd(20));
process.stdout.write(JSON.stringify({ bytes: png.length, rssMb: process.memoryUsage.rss() / 1e6 }));
