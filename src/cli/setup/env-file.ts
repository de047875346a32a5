import { parse } from 'dotenv';
import { chmod, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { describeFailure } from '../../kit/failure.ts';
import { CommandError } from '../server-client.ts';

/** Names of settings, and their values. */
export type Values = Readonly<Record<string, string>>;

/** Nobody but its owner may read it: it has secrets. */
const MODE = 0o600;
const HEADER = '# Written by "npm run setup"; docs/settings.md has all settings. Keep this file secret.\n';

/** What stands above a setting. */
const COMMENTS: Values = {
  NODE_ENV: 'development or production.',
  BACKEND_BASE_URL: 'Webhooks are posted to this address plus their path.',
  API_KEY: 'Callers send it as "Authorization: Bearer <key>"; the dashboard asks for it.',
  MASTER_KEY: 'Encrypts the database, which is lost without it: keep a copy elsewhere.',
  CALLBACK_SECRET: 'Signs webhooks; your backend checks the signatures with it.',
  KEY_PEPPER: 'Mixed into the hashes of the keys that "npm run keys" creates.',
};

/** The content of the file; `undefined` if there is none. @throws CommandError */
export async function readEnvFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const { code = 'an unknown failure' } = describeFailure(cause);
    if (code === 'ENOENT') return undefined;
    throw new CommandError(`${path} cannot be read (${code}).`, { cause });
  }
}

/** The settings that a text sets to something. */
export function valuesIn(text: string): Values {
  return Object.fromEntries(Object.entries(parse(text)).filter(([, value]) => value.trim() !== ''));
}

/**
 * The text with these settings: each in the place of its empty or commented line, otherwise at the end. Every other line stays.
 * @throws CommandError if the text cannot be changed so
 */
export function withValues(text: string, values: Values): string {
  const changed = Object.entries(values).reduce(withValue, text.trim() === '' ? HEADER : text);
  const expected = { ...valuesIn(text), ...values };
  const isAsExpected = sameValues(valuesIn(changed), expected);
  if (isAsExpected) return changed;
  const names = Object.keys(values).join(', ');
  throw new CommandError(`The file is written in a way that cannot be changed safely: set ${names} in it yourself.`);
}

function withValue(text: string, [name, value]: [string, string]): string {
  const line = `${name}=${value}`;
  const set = new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=.*$`, 'gm');
  const last = [...text.matchAll(set)].at(-1) ?? new RegExp(`^#[ \\t]?${name}=.*$`, 'm').exec(text);
  if (last) return `${text.slice(0, last.index)}${line}${text.slice(last.index + last[0].trimEnd().length)}`;
  const comment = COMMENTS[name] === undefined ? '' : `# ${COMMENTS[name]}\n`;
  return `${text}${text.endsWith('\n') ? '' : '\n'}${comment}${line}\n`;
}

function sameValues(one: Values, other: Values): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => one[name] === other[name]);
}

/**
 * Writes the file so that only its owner may read it: completely, or not at all.
 * @throws CommandError if it cannot be written, or `isNew` and it came to be meanwhile
 */
export async function writeEnvFile(path: string, text: string, isNew: boolean): Promise<void> {
  try {
    if (isNew) {
      await writeFile(path, text, { mode: MODE, flag: 'wx' });
      return;
    }
    // A link stays, and what it leads to is replaced.
    const target = await realpath(path);
    const partial = `${target}.setup`;
    await writeFile(partial, text, { mode: MODE, flag: 'wx' });
    await rename(partial, target).catch(async (cause: unknown) => {
      await rm(partial, { force: true });
      throw cause;
    });
  } catch (cause) {
    const { code = 'an unknown failure' } = describeFailure(cause);
    throw new CommandError(`${path} cannot be written (${code}). Nothing was changed.`, { cause });
  }
}

/** Lets nobody but the owner read a file that stays as it is. */
export async function protectEnvFile(path: string): Promise<void> {
  await chmod(path, MODE);
}
