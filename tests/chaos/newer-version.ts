import { fileURLToPath } from 'node:url';

/** What {@link newerVersion} makes of the version; later than any that there is. */
export const NEWER_VERSION = '999.0.0';

/** The environment of a process of the next release: the same code, which says another version. */
export function newerVersion(): Record<string, string> {
  return { NODE_OPTIONS: `--import=${fileURLToPath(new URL('preload/newer-version.ts', import.meta.url))}` };
}
