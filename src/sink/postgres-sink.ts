import pg from 'pg';
import type { Clock, Timer } from '../kit/clock.ts';
import { describeFailure } from '../kit/failure.ts';
import type { Logger } from '../kit/logger.ts';
import type { EventSink, SinkEvent } from '../ports/sink.ts';
import type { SinkSettings } from './settings.ts';
import { statementsOf, type TableStatements } from './table.ts';

/** The dependencies of {@link PostgresSink}. */
export interface PostgresSinkDeps {
  /** How long it is remembered which events were written, in ms: longer than any of them may be repeated. */
  memoryMs: number;
  clock: Clock;
  log: Logger;
}

/** An event that waits to be written. */
interface Waiting {
  event: SinkEvent;
  written: () => void;
  failed: (reason: unknown) => void;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** For a batch; a lock that somebody holds on the table must not keep it for ever. */
const STATEMENT_TIMEOUT_MS = 15_000;
/** PostgreSQL's own limits ended the statement; a connection that says nothing any more is given up a little later. */
const QUERY_TIMEOUT_MS = 20_000;
const MAX_BATCH = 200;
/** Listeners are woken at most this often: each NOTIFY takes a lock of the whole database at its commit. */
const WAKE_EVERY_MS = 1_000;
const FORGET_EVERY_MS = 3_600_000;

/**
 * Writes events into the operator's PostgreSQL, over one connection that is made when there is something to write, and anew after a failure.
 * What arrives during a write is written together by the next one.
 */
export class PostgresSink implements EventSink {
  readonly #settings: SinkSettings;
  readonly #deps: PostgresSinkDeps;
  readonly #sql: TableStatements;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #client: Promise<pg.Client> | undefined;
  #wake: Timer | undefined;
  #forgottenAtMs = -Infinity;

  constructor(settings: SinkSettings, deps: PostgresSinkDeps) {
    this.#settings = settings;
    this.#deps = deps;
    this.#sql = statementsOf(settings.table);
  }

  async open(): Promise<void> {
    await this.#connected();
  }

  write(event: SinkEvent): Promise<void> {
    const { promise, resolve: written, reject: failed } = Promise.withResolvers<undefined>();
    this.#waiting.push({ event, written: () => written(undefined), failed });
    this.#writing ??= this.#writeAll();
    return promise;
  }

  /** Resolves when what waits is written or has failed, and listeners know. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
    if (this.#wake) await this.#notify().catch(() => undefined);
    await this.#client?.then((client) => client.end()).catch(() => undefined);
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#writeBatch(this.#waiting.splice(0, MAX_BATCH));
    this.#writing = undefined;
  }

  /** Never rejects. If the database refuses a batch, each event is written alone: only that which it refuses has to wait. */
  async #writeBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#insert(batch.map(({ event }) => event));
      for (const { written } of batch) written();
      this.#wakeSoon();
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) await this.#hangUp();
      else if (batch.length > 1) return this.#writeEach(batch);
      for (const { failed } of batch) failed(error);
    }
  }

  async #writeEach(batch: readonly Waiting[]): Promise<void> {
    for (const each of batch) await this.#writeBatch([each]);
  }

  /** A connection that did not answer is not used again: nobody knows what it still does. */
  async #hangUp(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    const { connection } = (await client?.catch(() => undefined)) ?? {};
    connection?.stream.destroy();
  }

  async #insert(events: readonly SinkEvent[]): Promise<void> {
    const column = <Key extends keyof SinkEvent>(key: Key) => events.map((event) => event[key]);
    const client = await this.#connected();
    await client.query({
      name: 'insert',
      text: this.#sql.insert,
      values: [
        ...[column('webhookId'), column('sessionId'), column('seq'), column('kind'), column('body')],
        column('createdAtMs'),
      ],
    });
    await this.#forgetOld(client);
  }

  /** The connection, with the table behind it. */
  #connected(): Promise<pg.Client> {
    if (this.#client) return this.#client;
    const client = this.#connect(() => {
      if (this.#client === client) this.#client = undefined;
    });
    return (this.#client = client);
  }

  async #connect(lost: () => void): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#settings.url.reveal(),
      application_name: 'whatsapp-orchestrator sink',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
    });
    // Also reported to whoever has asked something.
    client.on('error', lost);
    client.on('end', lost);
    try {
      await client.connect();
      const { rows } = await client.query<{ isThere: boolean }>(this.#sql.exists);
      if (!rows[0]?.isThere) await client.query(this.#sql.create);
      return client;
    } catch (error) {
      lost();
      void client.end().catch(() => undefined);
      throw error;
    }
  }

  async #forgetOld(client: pg.Client): Promise<void> {
    const { clock, memoryMs, log } = this.#deps;
    if (clock.monotonic() - this.#forgottenAtMs < FORGET_EVERY_MS) return;
    this.#forgottenAtMs = clock.monotonic();
    const failed = (error: unknown) => log.warn({ failure: describeFailure(error) }, 'old events were not forgotten');
    await client.query(this.#sql.forget, [memoryMs]).catch(failed);
  }

  #wakeSoon(): void {
    this.#wake ??= this.#deps.clock.after(WAKE_EVERY_MS, () => {
      this.#notify().catch((error: unknown) =>
        this.#deps.log.warn({ failure: describeFailure(error) }, 'listeners of the sink were not woken'),
      );
    });
  }

  async #notify(): Promise<void> {
    this.#wake?.cancel();
    this.#wake = undefined;
    await (await this.#connected()).query(this.#sql.notify);
  }
}
