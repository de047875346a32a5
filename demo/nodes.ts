import type { OrchestratorProcess } from './orchestrator-process.ts';

/** How far a process is. */
export type ProcessState = OrchestratorProcess['state'];

/** The orchestrator: one process, or several nodes that share its sessions. */
export class Nodes {
  readonly #processes: ReadonlyMap<string, OrchestratorProcess>;

  /** @param processes by their names; the one of a single process is not shown */
  constructor(processes: ReadonlyMap<string, OrchestratorProcess>) {
    this.#processes = processes;
  }

  /** It runs while one of its nodes does. */
  get state(): ProcessState {
    const states = this.#all.map(({ state }) => state);
    return (['running', 'starting'] as const).find((state) => states.includes(state)) ?? 'stopped';
  }

  /** The nodes with their states; none if there is only one process. */
  get each(): readonly { readonly name: string; readonly state: ProcessState }[] {
    if (this.#processes.size === 1) return [];
    return [...this.#processes].map(([name, { state }]) => ({ name, state }));
  }

  /** The node of this name. @throws Error if there is none */
  named(name: string): OrchestratorProcess {
    const found = this.#processes.get(name);
    if (!found) throw new Error(`Unknown node: ${name}.`);
    return found;
  }

  /** The last `count` lines of the output of each node. */
  tail(count: number): string {
    return this.#all.map((each) => each.tail(count)).join('\n');
  }

  /** Starts those that do not run. The first one prepares the database for the others. */
  async start(): Promise<void> {
    const [first, ...others] = this.#all;
    await first?.start();
    await Promise.all(others.map((each) => each.start()));
  }

  /** kill -9 of all of them. */
  async kill(): Promise<void> {
    await Promise.all(this.#all.map((each) => each.kill()));
  }

  /** Stops all of them with SIGTERM. */
  async stop(): Promise<void> {
    await Promise.all(this.#all.map((each) => each.stop()));
  }

  /** Sends SIGKILL to all without waiting; safe to call from an `exit` handler. */
  killNow(): void {
    for (const each of this.#all) each.killNow();
  }

  get #all(): OrchestratorProcess[] {
    return [...this.#processes.values()];
  }
}
