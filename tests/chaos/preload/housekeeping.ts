/** Loaded into an orchestrator before it starts: on SIGUSR2 it does what housekeeping does once an hour. */
const { setTimeout: original } = globalThis;
const hourly: (() => void)[] = [];

const remembering = (task: () => void, delayMs?: number): NodeJS.Timeout => {
  if (new Error().stack?.includes('runtime/housekeeping.ts') === true) hourly.push(task);
  return original(task, delayMs);
};
globalThis.setTimeout = Object.assign<typeof remembering, object>(remembering, original) as typeof setTimeout;

process.on('SIGUSR2', () => hourly.shift()?.());
