/**
 * Preloaded into a process. SIGWINCH starts to record how late the event loop is; the next SIGWINCH writes the 99th percentile and the
 * largest delay in ms, as JSON, to the file that the query of this module's URL names, and ends it.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How often it looks, in ms; every delay has as much in it. */
const RESOLUTION_MS = 10;
const NS_PER_MS = 1e6;

const file = decodeURIComponent(new URL(import.meta.url).search.slice(1));
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
const lateMs = (ns: number): number => Math.max(0, ns / NS_PER_MS - RESOLUTION_MS);
let isRecording = false;

process.on('SIGWINCH', () => {
  isRecording = !isRecording;
  if (isRecording) {
    delay.reset();
    delay.enable();
    return;
  }
  delay.disable();
  writeFileSync(`${file}.part`, JSON.stringify({ p99Ms: lateMs(delay.percentile(99)), maxMs: lateMs(delay.max) }));
  renameSync(`${file}.part`, file);
});
