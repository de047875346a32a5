/** Loaded into an orchestrator before it starts: its package.json says a newer version. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { NEWER_VERSION } from '../newer-version.ts';

const OURS = new URL('../../../package.json', import.meta.url).href;
const { readFileSync } = fs;

fs.readFileSync = ((file: unknown, ...rest: unknown[]) => {
  const content = (readFileSync as (...args: unknown[]) => unknown)(file, ...rest);
  if (!(file instanceof URL) || file.href !== OURS) return content;
  return JSON.stringify({ ...(JSON.parse(String(content)) as object), version: NEWER_VERSION });
}) as typeof readFileSync;
syncBuiltinESMExports();
