import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);

/** Where jest-circus keeps its listeners and its tree of tests. */
const OF_CIRCUS = ['EVENT_HANDLERS', 'JEST_STATE_SYMBOL'];

/** How often this worker has loaded each test file. */
const loads = new Map<string, number>();

/**
 * Loads test files with Node's own `import`, which strips their types, in place of Jest's sandbox. The sandbox loads Baileys and
 * everything else anew for each file, and never frees it: that took a third of the time of all tests. Here the files of a worker
 * share what a process of the product would share: modules are loaded once, and patches stay.
 */
export default class PlainRuntime {
  unstable_shouldLoadAsEsm(): boolean {
    return true;
  }

  /** Loads a test file: anew, also when it is the second time. The first time under its own name: Node has compiled that in earlier runs. */
  async unstable_importModule(path: string): Promise<unknown> {
    const times = loads.get(path) ?? 0;
    loads.set(path, times + 1);
    const { href } = pathToFileURL(path);
    return import(times === 0 ? href : `${href}?again=${times}`);
  }

  /** Loads jest-circus, without the tests and the listeners of the last file. */
  requireInternalModule(path: string): unknown {
    for (const symbol of Object.getOwnPropertySymbols(globalThis)) {
      if (OF_CIRCUS.includes(symbol.description ?? '')) Reflect.deleteProperty(globalThis, symbol);
    }
    Reflect.deleteProperty(require.cache, path);
    return require(path);
  }

  /** Makes `it`, `expect` and the others global. */
  setGlobalsForRuntime(globals: object): void {
    Object.assign(globalThis, globals);
  }

  /** Node reports the places of errors in TypeScript by itself. */
  getSourceMaps(): Map<string, string> {
    return new Map();
  }

  requireModule(path: string): unknown {
    return require(path);
  }

  readonly getAllCoverageInfoCopy = nothing;
  readonly enterTestCode = nothing;
  readonly leaveTestCode = nothing;
  readonly teardown = nothing;
}

function nothing(): void {
  // What only a sandbox, or the measurement of coverage, needs.
}
