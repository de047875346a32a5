import { parseArgs, type ParseArgsConfig } from 'node:util';
import { OperatorError } from '../kit/operator-error.ts';
import { VERSION } from '../version.ts';

/** Arguments that a program does not understand: it exits with 2. The message has its usage. */
export class UsageError extends OperatorError {
  override readonly name = 'UsageError';
}

/** What `--help` and `--version` print, wherever they stand; `undefined` without them. */
export function answerTo(args: readonly string[], usage: string): string | undefined {
  const end = args.indexOf('--');
  const options = end === -1 ? args : args.slice(0, end);
  if (options.includes('--help') || options.includes('-h')) return usage;
  return options.includes('--version') ? `${VERSION}\n` : undefined;
}

/** The arguments of a program. @throws UsageError for those that it does not have */
export function readArguments<Config extends ParseArgsConfig>(
  config: Config,
  usage: string,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (cause) {
    throw new UsageError(`${cause instanceof Error ? cause.message : ''}\n\n${usage}`.trimStart(), { cause });
  }
}

/** For a program that takes none but `--help` and `--version`. @throws UsageError */
export function refuseArguments(args: string[], usage: string): void {
  readArguments({ args, options: {} }, usage);
}
