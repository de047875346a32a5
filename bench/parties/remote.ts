import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** What a process can be asked, by name. */
type Api = Record<string, (question: never) => unknown>;

interface Question {
  number: number;
  name: string;
  question: unknown;
}

interface Answer {
  number: number;
  result?: unknown;
  failure?: string;
}

type QuestionOf<Asked> = Asked extends (question: infer Given) => unknown ? Given : never;
type AnswerOf<Asked> = Asked extends (question: never) => infer Result ? Awaited<Result> : never;

/** A process of the bench that answers questions. It ends with this one. */
export class Remote<Asked extends Api> implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #open = new Map<number, PromiseWithResolvers<unknown>>();
  #asked = 0;

  /** Runs the file at `place` as a process of its own. */
  constructor(place: URL, args: readonly string[] = []) {
    this.#child = fork(place, {
      execArgv: [...args],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (answer: Answer) => this.#take(answer));
    this.#child.on('exit', (code, signal) => {
      for (const { reject } of this.#open.values()) reject(new Error(`${place.pathname} ended with ${code ?? signal}`));
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('The process did not start');
    return this.#child.pid;
  }

  /** Resolves with the answer; rejects with what went wrong there. */
  ask<Name extends keyof Asked & string>(
    name: Name,
    question: QuestionOf<Asked[Name]>,
  ): Promise<AnswerOf<Asked[Name]>> {
    const number = (this.#asked += 1);
    const answer = Promise.withResolvers<unknown>();
    this.#open.set(number, answer);
    this.#child.send({ number, name, question } satisfies Question);
    return answer.promise as Promise<AnswerOf<Asked[Name]>>;
  }

  /** Ends it at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#open.clear();
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  #take({ number, result, failure }: Answer): void {
    const open = this.#open.get(number);
    this.#open.delete(number);
    if (failure === undefined) open?.resolve(result);
    else open?.reject(new Error(failure));
  }
}

/** Answers the questions of the process that started this one, and ends with it. */
export function answerQuestions(api: Api): void {
  process.on('disconnect', () => process.exit());
  process.on('message', ({ number, name, question }: Question) => {
    void answer(number, () => api[name]?.(question as never));
  });
}

async function answer(number: number, work: () => unknown): Promise<void> {
  try {
    process.send?.({ number, result: await work() } satisfies Answer);
  } catch (error) {
    process.send?.({ number, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
