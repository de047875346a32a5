import './unref-long-timers.ts';
import { installPatches } from '../../../src/whatsapp/baileys/patches.ts';
import { onFileEnd, onTestEvent } from './clean-ups.ts';

// As in a process of the product. What Baileys does without them is tried in processes of their own.
installPatches({});

const { stackTraceLimit: STACK_DEPTH } = Error;

/** Jest's test environment without a sandbox: tests run in the global scope of their worker. The reasons stand in `runtime.ts`. */
export default class PlainEnvironment {
  /** What Jest would change for the time of one file, such as the console, it changes here in vain. */
  global = {};

  /** Jest asks whether the method exists, and calls it for coverage. */
  getVmContext() {
    return null;
  }

  /** Gives errors back Node's own stack: Jest's maps places that are right already, and is ten times as deep. Baileys makes many. */
  async setup() {
    Error.stackTraceLimit = STACK_DEPTH;
    delete Error.prepareStackTrace;
  }

  /** Jest waits for it at each event of the runner. */
  async handleTestEvent({ name }) {
    await onTestEvent(name);
  }

  async teardown() {
    await onFileEnd();
  }
}
