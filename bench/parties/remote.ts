import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** The functions that a process offers, by name. */
type Api = Record<string, (input: never) => unknown>;

interface Call {
  id: number;
  name: string;
  input: unknown;
}

interface Reply {
  id: number;
  result?: unknown;
  error?: string;
}

type InputOf<Fn> = Fn extends (input: infer Input) => unknown ? Input : never;
type ResultOf<Fn> = Fn extends (input: never) => infer Result ? Awaited<Result> : never;

/** A child process whose functions can be called. It ends with this process. */
export class Remote<Served extends Api> implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>();
  #calls = 0;

  /** Starts a process that runs `file`; `args` are options of Node. */
  constructor(file: URL, args: readonly string[] = []) {
    this.#child = fork(file, {
      execArgv: [...args],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (reply: Reply) => this.#settle(reply));
    this.#child.on('exit', (code, signal) => {
      for (const { reject } of this.#pending.values())
        reject(new Error(`${file.pathname} exited with ${code ?? signal}.`));
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('The process did not start.');
    return this.#child.pid;
  }

  /** Calls a function of the process. Resolves with its result, or rejects with its error. */
  call<Name extends keyof Served & string>(name: Name, input: InputOf<Served[Name]>): Promise<ResultOf<Served[Name]>> {
    const id = (this.#calls += 1);
    const result = Promise.withResolvers<unknown>();
    this.#pending.set(id, result);
    this.#child.send({ id, name, input } satisfies Call);
    return result.promise as Promise<ResultOf<Served[Name]>>;
  }

  /** Kills the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#pending.clear();
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  #settle({ id, result, error }: Reply): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (error === undefined) pending?.resolve(result);
    else pending?.reject(new Error(error));
  }
}

/** Lets the parent process call these functions. Exits together with it. */
export function serveCalls(api: Api): void {
  process.on('disconnect', () => process.exit());
  process.on('message', ({ id, name, input }: Call) => {
    void reply(id, () => api[name]?.(input as never));
  });
}

async function reply(id: number, work: () => unknown): Promise<void> {
  try {
    process.send?.({ id, result: await work() } satisfies Reply);
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
