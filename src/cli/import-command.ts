import type { Environment } from '../config/environment.ts';
import { type Config, readConfig } from '../config/config.ts';
import { type Clock, systemClock } from '../kit/clock.ts';
import { silentLogger } from '../kit/logger.ts';
import { importSessions, type Outcome } from '../runtime/import-sessions.ts';
import { openConfigured } from '../runtime/open-storage.ts';
import { sessionFolders } from '../storage/files/session-folders.ts';
import { openSource, readArguments } from './import-source.ts';
import { nameOfStorage } from './stored-master-key.ts';

/**
 * The command `npm run import`: imports the linked sessions of another program. Tells what is done while it is; resolves with the end
 * of its output.
 * @throws CommandError, ConfigError, ForeignStoreError, StorageInUseError and what else opening the storage throws
 */
export async function runImportCommand(
  args: string[],
  environment: Environment,
  print: (text: string) => void,
  clock: Clock = systemClock,
): Promise<string> {
  const options = readArguments(args);
  const config = readConfig(environment);
  const { authDir, maxSessions, maxPendingSessions } = config.sessions;
  await using source = await openSource(options, authDir);
  await using storage = await openConfigured(config, { clock, log: silentLogger });
  const deps = {
    ...{ sessions: storage.sessions, keys: storage.signalKeys, folders: sessionFolders(authDir), clock },
    limits: { maxSessions, maxPendingSessions },
  };
  const outcomes: Outcome[] = [];
  for await (const outcome of importSessions(deps, source, options)) {
    print(report(outcome, options.isDryRun));
    outcomes.push(outcome);
  }
  const missing = options.only?.filter((name) => !outcomes.some((outcome) => outcome.name === name)) ?? [];
  for (const name of missing) print(`${name}: not imported: ${source.name} has no session of this name.\n`);
  return summary(config, { from: source.name, outcomes, isDryRun: options.isDryRun });
}

function report(outcome: Outcome, isDryRun: boolean): string {
  const { name } = outcome;
  if (outcome.what === 'refused') return `${name}: not imported: ${outcome.reason}.\n`;
  if (outcome.what === 'known') return `${name}: already here, as ${outcome.sessionId}; nothing was changed.\n`;
  const { sessionId, number, counts } = outcome;
  const damaged =
    counts.damaged === 0
      ? ''
      : ` ${counts.damaged} damaged were left out: with whom they belong to, a new key is agreed on.`;
  const done = isDryRun ? 'would be imported' : 'imported';
  return `${name}: ${done} as ${sessionId} (${number}), with ${counts.usable} keys.${damaged}\n`;
}

/** What was found, and where. */
interface Found {
  from: string;
  outcomes: readonly Outcome[];
  isDryRun: boolean;
}

function summary(config: Config, { from, outcomes, isDryRun }: Found): string {
  const count = (what: Outcome['what']) => outcomes.filter((outcome) => outcome.what === what).length;
  if (outcomes.length === 0) return `There are no sessions in ${from}.\n`;
  const verb = isDryRun ? 'would be imported' : 'imported';
  const counts = `${verb}: ${count('imported')}, already here: ${count('known')}, not imported: ${count('refused')}`;
  const line = `Into the storage ${nameOfStorage(config)}: ${counts}.\n`;
  if (isDryRun) return `${line}Nothing was stored. ${STOP_FIRST}\n`;
  return count('imported') === 0 ? line : `${line}${NEVER_AGAIN}\n`;
}

const STOP_FIRST = 'STOP THE OTHER PROGRAM before you import: its keys change with every message.';
const NEVER_AGAIN =
  'Start the server now. NEVER START THE OTHER PROGRAM WITH THESE SESSIONS AGAIN: two programs with the same credentials make messages unreadable, and WhatsApp unlinks them.';
