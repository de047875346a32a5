import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = new URL('../../', import.meta.url).pathname;
/** Imports that are carried out: neither of types, nor later. */
const IMPORTED = /^(?:import|export)\s+(?!type\s)(?:[^;']*?\sfrom\s+)?'([^']+)';/gm;
const LATER = /\bimport\('([^']+)'\)/g;

/** What is loaded together with some files. */
export interface Loaded {
  files: ReadonlySet<string>;
  /** The names of other modules, as the files import them. */
  modules: ReadonlySet<string>;
  /** Files that those files load later, if at all. */
  later: readonly string[];
}

/** What is loaded with these files (`src/main.ts`), by their imports. */
export function loadedWith(paths: readonly string[]): Loaded {
  const files = new Set<string>();
  const modules = new Set<string>();
  const later = new Set<string>();
  const waiting = [...paths];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (files.has(path)) continue;
    files.add(path);
    const text = readFileSync(join(ROOT, path), 'utf8');
    const folder = dirname(path);
    const beside = (name: string): string => join(folder, name);
    for (const [, name = ''] of text.matchAll(IMPORTED)) {
      if (name.startsWith('.')) waiting.push(beside(name));
      else modules.add(name);
    }
    for (const [, name = ''] of text.matchAll(LATER)) if (name.startsWith('.')) later.add(beside(name));
  }
  return { files, modules, later: [...later].filter((path) => !files.has(path)) };
}
