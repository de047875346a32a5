import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../kit/random.ts';
import { FILE_NAME } from '../../storage/sqlite/open-database.ts';
import type { Values } from './env-file.ts';

const HEX = '0123456789abcdef';
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The secrets that are missing, generated; and a sentence for each that is left out although one could expect it. */
export interface MissingSecrets {
  values: Values;
  notes: string[];
}

/** Makes the secrets that an installation with these settings lacks, and only those that change nothing for what is stored. */
export function missingSecrets(settings: Values, isProduction: boolean, random: Random): MissingSecrets {
  const notes: string[] = [];
  const values: Record<string, string> = {};
  const lacks = (...names: string[]) => names.every((name) => settings[name] === undefined);
  const isOn = (name: string) => settings[name] === 'true';
  const hex = () => random.text(64, HEX);
  const stored = databaseIn(settings);
  if (!isProduction) notes.push('API_KEY is not needed in development: only programs of this machine can call.');
  else if (lacks('API_KEY') && !isOn('ALLOW_UNAUTHENTICATED')) values.API_KEY = hex();
  if (lacks('MASTER_KEY', 'MASTER_KEY_FILE') && !isOn('ALLOW_PLAINTEXT_STORAGE')) {
    if (stored === undefined) values.MASTER_KEY = hex();
    else notes.push(`MASTER_KEY must be that of the database that is in ${stored}: set it, or see docs/encryption.md.`);
  }
  // 32 characters of base64 are 24 bytes, what Standard Webhooks recommends.
  if (lacks('CALLBACK_SECRET')) values.CALLBACK_SECRET = `whsec_${random.text(32, BASE64)}`;
  // One that comes later would make the keys invalid that are there.
  if (lacks('KEY_PEPPER', 'DATABASE_URL') && stored === undefined) values.KEY_PEPPER = hex();
  return { values, notes };
}

/** The folder that has a database already. */
function databaseIn({ AUTH_DIR = './auth_sessions' }: Values): string | undefined {
  return existsSync(join(AUTH_DIR, FILE_NAME)) ? AUTH_DIR : undefined;
}
