import type { Environment } from '../../config/environment.ts';
import { PRESET_BACKEND } from '../../config/config.ts';
import { UsageError } from '../arguments.ts';
import { CommandError } from '../server-client.ts';
import type { Ask } from './ask.ts';
import type { Values } from './env-file.ts';

/** What only a person knows. */
export type Decisions = Readonly<Record<'NODE_ENV' | 'BACKEND_BASE_URL', string>>;

/** Where a person is asked, if one is there. */
interface SetupTerminal {
  ask: Ask | null;
  complain: (text: string) => unknown;
  inContainer: boolean;
}

/** What was said on the command line. */
interface Given {
  mode?: string;
  backend?: string;
  replace: boolean;
}

/** What is known before. */
interface Known {
  inFile: Values;
  environment: Environment;
  usage: string;
}

/** Asks, or takes what is given or there. @throws UsageError, CommandError */
export async function decide(
  { mode, backend, replace }: Given,
  { inFile, environment, usage }: Known,
  terminal: SetupTerminal,
): Promise<Decisions> {
  const settle = (setting: Omit<Setting, 'current' | 'replace'>) =>
    settled({ ...setting, current: inFile[setting.name], replace }, terminal);
  const NODE_ENV = await settle({
    ...{ name: 'NODE_ENV', given: mode, preset: environment.NODE_ENV === 'production' ? 'production' : 'development' },
    ...{ question: 'Mode, development (this machine only) or production', wrong: wrongMode },
  });
  const isLocal = NODE_ENV !== 'production';
  const preset = terminal.inContainer ? 'http://host.docker.internal:8000' : PRESET_BACKEND;
  const BACKEND_BASE_URL = await settle({
    ...{ name: 'BACKEND_BASE_URL', given: backend, preset: isLocal ? preset : environment.BACKEND_BASE_URL },
    ...{ question: 'Address of your backend, to which webhooks are posted', wrong: wrongUrl },
  }).catch((error: unknown) => {
    if (!(error instanceof MissingError)) throw error;
    throw new UsageError(`Production needs the address of your backend: --backend <url>\n\n${usage}`);
  });
  return { NODE_ENV, BACKEND_BASE_URL };
}

/** A setting to decide on. */
interface Setting {
  name: string;
  question: string;
  given: string | undefined;
  /** In the file. */
  current: string | undefined;
  /** Without anything else. */
  preset: string | undefined;
  replace: boolean;
  /** What is wrong with a value. */
  wrong: (value: string) => string | undefined;
}

/** Nothing is given, and nobody can be asked. */
class MissingError extends CommandError {}

async function settled(setting: Setting, terminal: Pick<SetupTerminal, 'ask' | 'complain'>): Promise<string> {
  const { name, given, current, preset } = setting;
  if (given !== undefined) return taken({ ...setting, given }, terminal.ask);
  const value = current ?? preset;
  if (terminal.ask) return asked({ ...setting, value }, terminal.ask, terminal.complain);
  if (value === undefined) throw new MissingError(name);
  return value;
}

/** What was said on the command line, unless something else is there that nobody wants to replace. */
async function taken(
  { name, given, current = given, replace, wrong }: Setting & { given: string },
  ask: Ask | null,
): Promise<string> {
  const complaint = wrong(given);
  if (complaint !== undefined) throw new UsageError(complaint);
  if (given === current || replace) return given;
  if (!ask) throw new CommandError(`${name} is ${current} already: --replace changes it. Nothing was written.`);
  const answer = await ask(`${name} is ${current}. Replace it by ${given}? [y/N] `);
  return /^(y|yes|s|sí|si)$/i.test(answer) ? given : current;
}

/** Asks until the answer can be used; an empty one takes `value`. */
async function asked(
  { question, value, wrong }: Pick<Setting, 'question' | 'wrong'> & { value: string | undefined },
  ask: Ask,
  complain: (text: string) => unknown,
): Promise<string> {
  const answer = (await ask(`${question}${value === undefined ? '' : ` [${value}]`}: `)) || value;
  if (answer === value && value !== undefined) return value;
  const complaint = answer === undefined ? 'It is needed.' : wrong(answer);
  if (answer !== undefined && complaint === undefined) return answer;
  complain(`${complaint ?? ''}\n`);
  return asked({ question, value, wrong }, ask, complain);
}

function wrongMode(text: string): string | undefined {
  return ['development', 'production'].includes(text) ? undefined : 'The mode must be development or production.';
}

/** Also refuses what programs that read .env files would read differently: quotes, #, $ and spaces. */
function wrongUrl(text: string): string | undefined {
  const isPlain = /^https?:\/\/[\w.~:/?&=%@+,;[\]-]+$/.test(text) && URL.canParse(text);
  const url = isPlain ? new URL(text) : undefined;
  if (url?.username === '' && url.password === '') return undefined;
  return 'The address of the backend must be a URL that starts with http:// or https://, such as https://api.example.com.';
}
