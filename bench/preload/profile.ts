/**
 * Preloaded into a process. SIGUSR2 starts a CPU profile; the next SIGUSR2 stops it and writes it to the folder that the query of
 * this module's URL names.
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';

const folder = decodeURIComponent(new URL(import.meta.url).search.slice(1));
const session = new Session();
session.connect();
session.post('Profiler.enable');
let isRunning = false;
let written = 0;

process.on('SIGUSR2', () => {
  if (!isRunning) session.post('Profiler.start');
  else {
    session.post('Profiler.stop', (error, answer) => {
      if (error) throw error;
      written += 1;
      const file = join(folder, `${process.pid}-${written}.cpuprofile`);
      writeFileSync(file, JSON.stringify(answer.profile));
    });
  }
  isRunning = !isRunning;
});
