import { startBackend } from './backend.ts';
import { say } from './report.ts';
import { readSettings } from './settings.ts';

try {
  const backend = await startBackend(readSettings(process.env));
  say(`The backend is listening at ${backend.url}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void backend[Symbol.asyncDispose]());
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
