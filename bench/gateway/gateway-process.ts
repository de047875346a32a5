import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pidsOfGroup } from '../parties/usage.ts';
import type { Launch } from './adapter.ts';

/** How much of its output an error shows, in characters. */
const SHOWN_OUTPUT = 4_000;

/** The processes whose groups are killed when this one exits. */
const running = new Set<GatewayProcess>();
process.once('exit', () => running.forEach((each) => each.signal('SIGKILL')));

/** A gateway's process, with all that it starts. */
export class GatewayProcess {
  readonly #child: ChildProcess;
  readonly #log: string;

  /** Starts it, with nothing from our own environment but the `PATH`. Its output is added to the file `log`. */
  constructor({ command, args, env, cwd }: Launch, { folder, log }: { folder: string; log: string }) {
    const out = openSync(log, 'a');
    this.#child = spawn(command, args, {
      env: { PATH: process.env.PATH, ...env },
      cwd: cwd ?? folder,
      stdio: ['ignore', out, out],
      detached: true,
    });
    closeSync(out);
    this.#log = log;
    // Without a process there is nothing to end; `untilReady` of its owner tells.
    this.#child.once('error', () => running.delete(this));
    this.#child.once('exit', () => running.delete(this));
    running.add(this);
  }

  /** @throws Error when it could not be started */
  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.#child.spawnfile} did not start.`);
    return this.#child.pid;
  }

  /** Its own, and those of all that it has started and that still run. */
  get pids(): number[] {
    return pidsOfGroup(this.pid);
  }

  get hasExited(): boolean {
    const { pid, exitCode, signalCode } = this.#child;
    return pid === undefined || exitCode !== null || signalCode !== null;
  }

  /** The end of what it wrote. */
  async output(): Promise<string> {
    return (await readFile(this.#log, 'utf8')).slice(-SHOWN_OUTPUT);
  }

  /** Signals all its processes, if any are left. */
  signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (this.#child.pid === undefined || this.pids.length === 0) return;
    process.kill(-this.#child.pid, signal);
  }

  /** Signals all its processes, and waits for the exit of the first of them. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const exited = this.hasExited ? undefined : once(this.#child, 'exit');
    this.signal(signal);
    await exited;
  }
}
