import './unref-long-timers.ts';
import { installPatches } from '../../../src/whatsapp/baileys/patches.ts';

// As in a process of the product. What Baileys does without them is tried in processes of their own.
installPatches({});

/** Jest's test environment without a sandbox: tests run in the global scope of their worker. The reasons stand in `runtime.ts`. */
export default class PlainEnvironment {
  /** What Jest would change for the time of one file, such as the console, it changes here in vain. */
  global = {};

  /** Jest asks whether the method exists, and calls it for coverage. */
  getVmContext() {
    return null;
  }

  async setup() {}

  async teardown() {}
}
