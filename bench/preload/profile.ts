/**
 * Loaded into a process before it starts: SIGUSR2 begins a CPU profile, and the next one writes it into the folder that stands
 * in the query of this module's URL.
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';

const folder = decodeURIComponent(new URL(import.meta.url).search.slice(1));
const session = new Session();
session.connect();
session.post('Profiler.enable');
let running = false;
let written = 0;

process.on('SIGUSR2', () => {
  if (!running) session.post('Profiler.start');
  else {
    session.post('Profiler.stop', (error, answer) => {
      if (error) throw error;
      written += 1;
      const file = join(folder, `${process.pid}-${written}.cpuprofile`);
      writeFileSync(file, JSON.stringify(answer.profile));
    });
  }
  running = !running;
});
