import pg from 'pg';
import type { Clock, Timer } from '../../../kit/clock.ts';
import { connectionConfig } from '../connect.ts';
import { connectionName } from './node-name.ts';
import type { NodeRun } from '../../../ports/ownership.ts';

/** The channel of what was released or is asked for. The payload is the node that it concerns, or empty. */
export const RELEASED = 'wa_released';

const PAUSE_MS = 1_000;

/** The dependencies of {@link Notifications}. */
export interface NotificationDeps {
  url: string;
  run: NodeRun;
  clock: Clock;
}

/** Hears what other nodes announce. Each is a hint: while the connection is lost nothing is heard. */
export class Notifications implements AsyncDisposable {
  readonly #deps: NotificationDeps;
  readonly #listeners: (() => void)[] = [];
  #client: pg.Client | undefined;
  #timer: Timer | undefined;
  #isOver = false;

  constructor(deps: NotificationDeps) {
    this.#deps = deps;
  }

  /** Calls `listener` for what concerns this node, and whenever something may have been missed. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Begins to listen. Resolves when it does, or when it has to try again. */
  async start(): Promise<void> {
    const { url, run } = this.#deps;
    const client = new pg.Client(connectionConfig(url, { name: connectionName(run) }));
    this.#client = client;
    client.on('error', () => this.#again(client));
    client.on('end', () => this.#again(client));
    client.on('notification', ({ payload }) => {
      if (payload === '' || payload === run.nodeId) this.#tell();
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${RELEASED}`);
      this.#tell();
    } catch {
      this.#again(client);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#timer?.cancel();
    await this.#client?.end().catch(() => undefined);
  }

  #again(client: pg.Client): void {
    if (this.#isOver || this.#client !== client) return;
    this.#client = undefined;
    client.end().catch(() => undefined);
    this.#timer = this.#deps.clock.after(PAUSE_MS, () => void this.start());
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
