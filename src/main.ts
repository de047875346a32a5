import dotenv from 'dotenv';
import { setTimeout as pause } from 'node:timers/promises';
import type { App } from './app.ts';
import { answerTo, refuseArguments, UsageError } from './cli/arguments.ts';
import { type Config, readConfig } from './config/config.ts';
import { collectGarbage } from './kit/collect-garbage.ts';
import { type LogOutput, standardOutput } from './kit/log-output.ts';
import { createLogger, type Logger } from './kit/logger.ts';
import { OperatorError } from './kit/operator-error.ts';

/** How long an orderly shutdown may take before the process exits anyway; a node hands its sessions over before. */
const END_LIMIT_MS = 20_000;
/** How long the end waits for somebody to read the log. */
const LOG_LIMIT_MS = 1_000;
/** What tells whoever restarts the process that other nodes have taken it for dead. */
const BURIED_EXIT_CODE = 70;

const USAGE = `npm start        or, installed: whatsapp-orchestrator

Starts the WhatsApp Orchestrator, with the settings of the environment and of .env in this folder (docs/settings.md).
  --help, --version

Also: npm run setup writes .env, and npm run doctor says what is wrong with an installation.
`;

/**
 * Starts the orchestrator as a process: settings from the environment and `.env`, a clear message and exit code 1 if it
 * cannot start (2 for unknown arguments), an orderly shutdown on SIGTERM and SIGINT.
 */
export async function main(args: string[] = process.argv.slice(2)): Promise<void> {
  const answer = answerTo(args, USAGE);
  if (answer !== undefined) {
    process.stdout.write(answer);
    return;
  }
  dotenv.config({ quiet: true });
  try {
    refuseArguments(args, USAGE);
    await run(readConfig(process.env));
  } catch (error) {
    // A start that failed must never look like one that worked.
    process.exitCode = error instanceof UsageError ? 2 : 1;
    process.stderr.write(`${error instanceof OperatorError ? error.message : unexpected(error)}\n`);
  }
}

async function run(config: Config): Promise<void> {
  // Loaded only now, so that a setting is refused at once.
  const [{ startApp }, { guardProcess }, { installPatches }] = await Promise.all([
    import('./app.ts'),
    import('./runtime/process-guard.ts'),
    import('./whatsapp/baileys/patches.ts'),
  ]);
  installPatches(config.whatsapp);
  const output = standardOutput();
  const log = await createLogger(config.log, output);
  const guard = guardProcess(log);
  // A signal during start-up shuts down in order too, once everything is built.
  const starting = Promise.withResolvers<App>();
  const limitMs = END_LIMIT_MS + (config.cluster?.drainMs ?? 0);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void end(starting.promise, { log, output, limitMs }, signal));
  }
  const onBuried = (): void => void leave(output, BURIED_EXIT_CODE);
  starting.resolve(startApp(config, { log, guard, onBuried, collectGarbage, droppedLogLines: () => output.dropped }));
  await starting.promise;
}

function unexpected(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : 'Start-up failed for an unknown reason.';
}

/** Where the process logs. */
interface Logging {
  log: Logger;
  output: LogOutput;
}

async function end(
  starting: Promise<App>,
  { log, output, limitMs }: Logging & { limitMs: number },
  signal: string,
): Promise<void> {
  log.info({ signal }, 'shutting down');
  // Not unref'd: it must fire even if nothing else keeps the process alive.
  const limit = setTimeout(() => process.exit(1), limitMs);
  const app = await starting.catch(() => undefined);
  if (!app) {
    // Start-up failed; `run` reports it.
    clearTimeout(limit);
    return;
  }
  await app[Symbol.asyncDispose]();
  log.info('stopped');
  await leave(output, 0);
}

/** Ends the process once its log is written, without waiting long for it. */
async function leave(output: LogOutput, code: number): Promise<never> {
  await Promise.race([output.flushed(), pause(LOG_LIMIT_MS)]);
  process.exit(code);
}
