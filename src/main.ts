import dotenv from 'dotenv';
import { setTimeout as pause } from 'node:timers/promises';
import { type LogOutput, standardOutput } from './kit/log-output.ts';
import { createLogger, type Logger } from './kit/logger.ts';
import { type App, startApp } from './app.ts';
import { type Config, readConfig } from './config/config.ts';
import { ConfigError } from './config/environment.ts';
import { ListenError } from './http/server.ts';
import {
  SealBrokenError,
  StorageInUseError,
  StorageKeyError,
  StorageTooNewError,
  StorageUnreadableError,
} from './storage/shared/errors.ts';
import { guardProcess } from './runtime/process-guard.ts';
import { installPatches } from './whatsapp/baileys/patches.ts';

const FOR_OPERATORS = [
  ConfigError,
  ListenError,
  SealBrokenError,
  StorageInUseError,
  StorageKeyError,
  StorageTooNewError,
  StorageUnreadableError,
];

/** How long an orderly shutdown may take before the process exits anyway. */
const END_LIMIT_MS = 20_000;
/** How long the end waits for somebody to read the log. */
const LOG_LIMIT_MS = 1_000;

/**
 * Starts the orchestrator as a process: settings from the environment and `.env`, a clear message and exit code 1 if it
 * cannot start, an orderly shutdown on SIGTERM and SIGINT.
 */
export async function main(): Promise<void> {
  dotenv.config({ quiet: true });
  try {
    await run(readConfig(process.env));
  } catch (error) {
    // A start that failed must never look like one that worked.
    process.exitCode = 1;
    process.stderr.write(`${isForOperators(error) ? error.message : unexpected(error)}\n`);
  }
}

async function run(config: Config): Promise<void> {
  installPatches(config.whatsapp);
  const output = standardOutput();
  const log = createLogger(config.log, output);
  const guard = guardProcess(log);
  // A signal during start-up shuts down in order too, once everything is built.
  const starting = Promise.withResolvers<App>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void end(starting.promise, { log, output }, signal));
  }
  starting.resolve(startApp(config, { log, guard, droppedLogLines: () => output.dropped }));
  await starting.promise;
}

/** Errors that the operator can fix: the message says how, and a stack would only hide it. */
function isForOperators(error: unknown): error is Error {
  return FOR_OPERATORS.some((kind) => error instanceof kind);
}

function unexpected(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : 'The start failed for an unknown reason.';
}

/** Where the process logs. */
interface Logging {
  log: Logger;
  output: LogOutput;
}

async function end(starting: Promise<App>, { log, output }: Logging, signal: string): Promise<void> {
  log.info({ signal }, 'shutting down');
  // Not unref'd: it must fire even if nothing else keeps the process alive.
  const limit = setTimeout(() => process.exit(1), END_LIMIT_MS);
  const app = await starting.catch(() => undefined);
  if (!app) {
    // The start failed; `run` reports it.
    clearTimeout(limit);
    return;
  }
  await app[Symbol.asyncDispose]();
  log.info('stopped');
  await Promise.race([output.flushed(), pause(LOG_LIMIT_MS)]);
  process.exit(0);
}
