import { resolve } from 'node:path';
import { readConfig } from '../config/config.ts';
import { ConfigError, type Environment } from '../config/environment.ts';
import { OperatorError } from '../kit/operator-error.ts';
import type { Random } from '../kit/random.ts';
import { answerTo, readArguments, UsageError } from './arguments.ts';
import type { Terminal } from './check-backend-command.ts';
import { checkBackend } from './doctor/check-network.ts';
import type { Ask } from './setup/ask.ts';
import { type Decisions, decide } from './setup/decide.ts';
import { protectEnvFile, readEnvFile, type Values, valuesIn, withValues, writeEnvFile } from './setup/env-file.ts';
import { missingSecrets } from './setup/secrets.ts';

const USAGE = `npm run setup [-- --mode <development|production>] [--backend <url>] [--file <path>] [--print] [--replace]

Writes the settings that an installation needs into .env, which only its owner may read then: the mode, the address of your backend,
and generated secrets. Asks on a terminal, otherwise takes the options. What the file has already stays as it is.

  --mode      development (this machine only), or production; by default NODE_ENV, or development
  --backend   the address of your backend (BACKEND_BASE_URL); in development by default http://localhost:8000
  --file      another file than .env
  --print     prints the settings instead, as a file
  --replace   lets --mode and --backend replace what the file has; secrets are never replaced
  --help, --version

Exits with 0 when the settings are complete, with 1 when something is left to do, and with 2 after an unknown argument.
`;

/** What the command needs of its process. */
export interface SetupTerminal extends Omit<Terminal, 'clock'> {
  random: Random;
  /** `null` where there is nobody to ask. */
  ask: Ask | null;
  inContainer: boolean;
}

/** The command `npm run setup`. Resolves with its exit code. */
export async function runSetupCommand(
  args: string[],
  environment: Environment,
  terminal: SetupTerminal,
): Promise<0 | 1 | 2> {
  const answer = answerTo(args, USAGE);
  if (answer !== undefined) {
    terminal.print(answer);
    return 0;
  }
  try {
    return await setUp(optionsIn(args), environment, terminal);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    terminal.complain(`${error.message.trimEnd()}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

type Options = ReturnType<typeof optionsIn>;

function optionsIn(args: string[]) {
  const [text, flag] = [{ type: 'string' }, { type: 'boolean' }] as const;
  const options = { mode: text, backend: text, file: text, print: flag, replace: flag } as const;
  const { file = '.env', print = false, replace = false, ...given } = readArguments({ args, options }, USAGE).values;
  return { path: resolve(file), print, replace, ...given };
}

async function setUp(options: Options, environment: Environment, terminal: SetupTerminal): Promise<0 | 1> {
  const { path, print } = options;
  const before = print ? undefined : await readEnvFile(path);
  const inFile = valuesIn(before ?? '');
  const fixed = { ...inFile, ...valuesOf(environment) };
  const decisions: Decisions = await decide(options, { inFile, environment, usage: USAGE }, terminal);
  const settings = { ...fixed, ...decisions };
  const { values, notes } = missingSecrets(settings, decisions.NODE_ENV === 'production', terminal.random);
  const added = { ...changesIn(inFile, { ...decisions }), ...values };
  const after = withValues(before ?? '', added);
  const say = print ? terminal.complain : terminal.print;
  if (print) terminal.print(after);
  else await write(path, { before, after, added }, say);
  for (const note of notes) say(`${note}\n`);
  return report({ ...valuesOf(environment), ...settings, ...values }, { say, path, ...terminal });
}

async function write(
  path: string,
  { before, after, added }: { before: string | undefined; after: string; added: Values },
  say: SetupTerminal['print'],
): Promise<void> {
  const names = Object.keys(added).join(', ');
  if (after === before) await protectEnvFile(path);
  else await writeEnvFile(path, after, before === undefined);
  say(names === '' ? `${path} has everything already.\n` : `${path} has now: ${names}. Only you may read it.\n`);
}

/** Says what is left to do. */
async function report(
  settings: Values,
  { say, path, inContainer }: Pick<SetupTerminal, 'inContainer'> & { say: SetupTerminal['print']; path: string },
): Promise<0 | 1> {
  try {
    const config = readConfig(settings);
    const { verdict, found, todo } = await checkBackend(config, inContainer);
    say(`Backend: ${found}.\n${verdict === 'ok' ? '' : `${todo} It may also be started later.\n`}`);
    const { port } = config.http;
    const start = inContainer ? 'start the server with this file (docker compose up -d, or --env-file)' : 'npm start';
    const login = config.http.apiKeys.length === 0 ? '' : ', and log in with API_KEY';
    say(`Next: ${start}, open http://localhost:${port}/dashboard${login}. Keep a copy of MASTER_KEY elsewhere.\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    say(`Still to be corrected in ${path}:\n${error.problems.map((problem) => `- ${problem}\n`).join('')}`);
    return 1;
  }
}

function valuesOf(environment: Environment): Values {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === undefined || value.trim() === '' ? [] : [[name, value]],
    ),
  );
}

function changesIn(inFile: Values, wanted: Values): Values {
  return Object.fromEntries(Object.entries(wanted).filter(([name, value]) => inFile[name] !== value));
}
