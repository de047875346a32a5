/**
 * Preloaded into an orchestrator. On SIGHUP it collects garbage and writes its heap size and handle count, as JSON, to the file
 * that the query of this module's URL names.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const file = decodeURIComponent(new URL(import.meta.url).search.slice(1));
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

process.on('SIGHUP', () => {
  // Objects with finalizers are only freed in a later round.
  for (let round = 0; round < 3; round += 1) collectGarbage();
  const resources = { heapBytes: process.memoryUsage().heapUsed, handles: process.getActiveResourcesInfo().length };
  writeFileSync(`${file}.part`, JSON.stringify(resources));
  renameSync(`${file}.part`, file);
});
