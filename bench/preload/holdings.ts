/**
 * Loaded into an orchestrator before it starts: on SIGHUP it collects its garbage and writes what it holds to the file that
 * stands in the query of this module's URL.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const file = decodeURIComponent(new URL(import.meta.url).search.slice(1));
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

process.on('SIGHUP', () => {
  // What has a finalizer goes in the next round.
  for (let round = 0; round < 3; round += 1) collectGarbage();
  const holdings = { heapBytes: process.memoryUsage().heapUsed, handles: process.getActiveResourcesInfo().length };
  writeFileSync(`${file}.part`, JSON.stringify(holdings));
  renameSync(`${file}.part`, file);
});
