import type { UpdatesApi } from '../http/core.ts';
import type { Clock, Timer } from '../kit/clock.ts';
import { bounded } from '../kit/bounded.ts';
import { describeFailure } from '../kit/failure.ts';
import { httpRequest } from '../kit/http-client.ts';
import type { Logger } from '../kit/logger.ts';
import { isNewer, isVersion } from '../kit/semver.ts';
import { Supervisor } from '../kit/supervisor.ts';
import type { SettingsStore } from '../ports/storage.ts';
import { VERSION } from '../version.ts';

const DAY_MS = 86_400_000;
const DEADLINE_MS = 10_000;
const MAX_BYTES = 256 * 1024;
/** How long the shutdown waits for a request in flight. */
const END_MS = 1_000;
const SETTING = 'update_check';

/** The dependencies of {@link Updates}. */
export interface UpdatesDeps {
  /** `UPDATE_CHECK_URL`; with `null` nobody is asked. */
  url: string | null;
  store: SettingsStore;
  clock: Clock;
  log: Logger;
  /** The version that runs. */
  running?: string;
}

/**
 * Asks once a day, where the operator has said whom, which version is the newest. When that was is stored, so that a restart does not ask
 * again. The answer is only ever compared and shown.
 */
export class Updates implements UpdatesApi, AsyncDisposable {
  readonly #deps: UpdatesDeps;
  readonly #supervisor: Supervisor;
  readonly #end = new AbortController();
  #newest: string | null = null;
  #timer: Timer | undefined;

  constructor(deps: UpdatesDeps) {
    this.#deps = deps;
    this.#supervisor = new Supervisor(deps.log);
  }

  get newerVersion(): string | null {
    const { running = VERSION } = this.#deps;
    return this.#newest !== null && isNewer(this.#newest, running) ? this.#newest : null;
  }

  /** Asks now, unless somebody has within a day, and once a day from now on. Nobody waits for it. */
  start(): void {
    const { url, clock, log } = this.#deps;
    if (url === null || this.#end.signal.aborted) return;
    const look = this.#look(url).catch((error: unknown) => {
      if (!this.#end.signal.aborted) log.info({ failure: describeFailure(error) }, 'the newest version is not known');
    });
    this.#supervisor.run('a look for a newer version', look);
    this.#timer = clock.after(DAY_MS, () => this.start());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.cancel();
    this.#end.abort();
    await bounded(this.#supervisor.idle(), END_MS, this.#deps.clock);
  }

  async #look(url: string): Promise<void> {
    const { store, clock } = this.#deps;
    const known = parsed(await store.get(SETTING));
    this.#newest = known.version;
    const ageMs = clock.now() - known.checkedAtMs;
    if (ageMs >= 0 && ageMs < DAY_MS) return;
    // Noted before: what fails is not asked again today, either.
    await this.#note(known.version);
    this.#newest = await this.#ask(url);
    await this.#note(this.#newest);
  }

  #note(version: string | null): Promise<void> {
    return this.#deps.store.set(SETTING, JSON.stringify({ checkedAtMs: this.#deps.clock.now(), version }));
  }

  async #ask(url: string): Promise<string> {
    const limit = new AbortController();
    const timer = this.#deps.clock.after(DEADLINE_MS, () => limit.abort(new Error('It did not answer in time')));
    try {
      const { status, data } = await httpRequest<string>({
        ...{ url, responseType: 'text', decompress: false, maxContentLength: MAX_BYTES },
        headers: { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'whatsapp-orchestrator' },
        signal: AbortSignal.any([limit.signal, this.#end.signal]),
      });
      if (status !== 200) throw new Error(`It answered ${status}`);
      return versionIn(data);
    } finally {
      timer.cancel();
    }
  }
}

/** @throws Error without a version; it repeats nothing of the answer */
function versionIn(text: string): string {
  const version = fieldsOf(text).version;
  if (!isVersion(version)) throw new Error('It names no version');
  return version;
}

function parsed(text: string | undefined): { checkedAtMs: number; version: string | null } {
  const { checkedAtMs, version } = fieldsOf(text ?? '');
  return {
    checkedAtMs: typeof checkedAtMs === 'number' ? checkedAtMs : -Infinity,
    version: isVersion(version) ? version : null,
  };
}

function fieldsOf(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
