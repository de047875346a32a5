import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { access, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const UNPACK = join(ROOT, 'scripts', 'unpack-chromium.ts');
const PACKAGE = '@sparticuz/chromium';
const ON_PATH = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-sync',
  '--no-first-run',
  '--no-pings',
];

interface Program {
  path: string;
  env?: Record<string, string>;
}

/**
 * Starts a real Chromium with an empty profile: the one at CHROME_PATH, the one that `npm ci` installs (Linux on x64),
 * or one on the PATH. Disposing of it closes it.
 * @throws Error with one sentence that says how to get one
 */
export async function startBrowser(): Promise<Browser> {
  const { path, env = {} } = await findProgram();
  const inherited = process.env as Record<string, string>;
  return chromium.launch({ executablePath: path, args: FLAGS, env: { ...inherited, ...env } });
}

async function findProgram(): Promise<Program> {
  const { CHROME_PATH: chosen } = process.env;
  if (chosen) return { path: chosen };
  if (process.platform === 'linux' && process.arch === 'x64') return unpacked();
  const found = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => ON_PATH.map((name) => join(folder, name)));
  const path = found.find(isProgram);
  if (path) return { path };
  throw new Error('There is no Chromium: install Chrome or Chromium and set CHROME_PATH to its program.');
}

/** Unpacks each version once; the rename makes it visible only when complete. */
async function unpacked(): Promise<Program> {
  const folder = join(ROOT, 'node_modules', '.cache', `chromium-${packageVersion()}`);
  const there = await access(folder).then(
    () => true,
    () => false,
  );
  if (!there) await unpackInto(folder);
  const env = { LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'), FONTCONFIG_FILE: join(folder, 'fonts.conf') };
  return { path: join(folder, 'chromium'), env };
}

async function unpackInto(folder: string): Promise<void> {
  const fresh = `${folder}.${process.pid}`;
  await promisify(execFile)(process.execPath, [UNPACK, fresh], { cwd: ROOT });
  // Another test may have been faster; its folder is just as good.
  await rename(fresh, folder).catch(() => rm(fresh, { recursive: true }));
}

function packageVersion(): string {
  const require = createRequire(import.meta.url);
  const file = join(dirname(require.resolve(PACKAGE)), '..', 'package.json');
  return (require(file) as { version: string }).version;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
