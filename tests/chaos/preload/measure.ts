/** Loaded into an orchestrator before it starts: on SIGUSR2 it collects its garbage and reports its resources. */
import { writeSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MEASURED } from '../measure.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

process.on('SIGUSR2', () => {
  // Objects with a finalizer are collected in the next round.
  for (let round = 0; round < 3; round += 1) collectGarbage();
  const resources = Object.groupBy(process.getActiveResourcesInfo(), (name) => name);
  const counts = Object.fromEntries(Object.entries(resources).map(([name, all = []]) => [name, all.length]));
  writeSync(2, `${MEASURED} ${JSON.stringify({ heapBytes: process.memoryUsage().heapUsed, resources: counts })}\n`);
});
