import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { START_OPTIONS } from '../../../../../bench/parties/start-options.ts';
import type { Environment } from '../../../../../src/config/environment.ts';
import { type Answer, ask } from '../../../../harness/ask.ts';
import { CHILD_ENVIRONMENT } from '../../../../harness/child-environment.ts';
import { freePort } from '../../../../harness/free-port.ts';
import { waitFor } from '../../../stage.ts';
import type { Act, Scene } from '../act.ts';
import { link, toldTexts, untilTold } from './own-account.ts';

const ENTRY = fileURLToPath(new URL('../../../../../bin/whatsapp-orchestrator.js', import.meta.url));
const DROPPED = /^(\d+) log lines since start-up could not be written/;

/** A second orchestrator, with an account of its own, whose standard output and standard error are `/dev/full`. */
export const FULL_LOG: Act = {
  name: 'a log on a full disk',
  isLong: true,
  async play(scene) {
    const { stage, fiend, size } = scene;
    const folder = await mkdtemp(join(tmpdir(), 'full-log-'));
    await using mute = await MuteProcess.start({ ...stage.environment, AUTH_DIR: join(folder, 'auth_sessions') }, size);
    const phone = stage.stranger();
    const sessionId = await link(mute, phone, size.patienceMs);
    const texts = Array.from({ length: size.times }, (_, index) => `unlogged ${index}`);
    for (const text of texts) await fiend.sendText(phone, text);
    await untilTold(scene, phone, texts.length);
    const told = toldTexts(stage, fiend, phone);
    const problems = told.join() === texts.join() ? [] : [`${told.length} of ${texts.length} texts were told in order`];
    const { dropped, status } = await healthOf(mute);
    await mute.request('DELETE', `/sessions/${sessionId}`);
    const code = await mute.end();
    await rm(folder, { recursive: true, force: true });
    return {
      figure: `${dropped} log lines dropped and counted, ${told.length} texts told meanwhile`,
      problems: [
        ...problems,
        ...(status === 200 ? [] : [`/health was ${status}`]),
        ...(dropped > 0 ? [] : ['/health does not count the lines']),
        ...(code === 0 ? [] : [`SIGTERM ended it with ${code}`]),
      ],
    };
  },
};

async function healthOf(mute: MuteProcess): Promise<{ dropped: number; status: number }> {
  const { status, body } = await mute.get('/health');
  const counts = (body.problems as string[]).map((sentence) => Number(DROPPED.exec(sentence)?.[1] ?? 0));
  return { status, dropped: Math.max(0, ...counts) };
}

/** An orchestrator that cannot write a line. */
class MuteProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.#url = url;
  }

  /** Starts the process and waits until it answers. */
  static async start(environment: Environment, { patienceMs }: Scene['size']): Promise<MuteProcess> {
    const full = openSync('/dev/full', 'w');
    const port = await freePort();
    const child = spawn(process.execPath, [...START_OPTIONS, ENTRY], {
      env: { ...CHILD_ENVIRONMENT, LOG_FORMAT: 'json', ...environment, PORT: String(port) },
      cwd: '/',
      stdio: ['ignore', full, full],
    });
    closeSync(full);
    const mute = new MuteProcess(child, `http://127.0.0.1:${port}`);
    await waitFor(() => mute.#isReady(), patienceMs);
    return mute;
  }

  get(path: string): Promise<Answer> {
    return this.request('GET', path);
  }

  request(method: string, path: string): Promise<Answer> {
    return ask(`${this.#url}${path}`, { method });
  }

  /** Resolves with the exit code; `null` when the signal ended it. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.#child.kill(signal);
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Throws when it has ended. */
  async #isReady(): Promise<boolean> {
    if (this.#child.exitCode !== null) throw new Error(`It exited with ${this.#child.exitCode}`);
    return (await this.get('/health').catch(() => undefined))?.status === 200;
  }
}
