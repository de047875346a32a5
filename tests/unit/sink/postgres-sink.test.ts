import pg from 'pg';
import { pino } from 'pino';
import type { SessionId } from '../../../src/domain/session-id.ts';
import { Secret } from '../../../src/kit/secret.ts';
import type { SinkEvent } from '../../../src/ports/sink.ts';
import { PostgresSink } from '../../../src/sink/postgres-sink.ts';
import { ManualClock } from '../../harness/manual-clock.ts';
import { newPostgresUrl } from '../../harness/shared-postgres.ts';
import { TcpRelay } from '../../harness/tcp-relay.ts';

const ANA = 'session_1_ana' as SessionId;
const AT_MS = Date.UTC(2026, 10, 30, 12);
const log = pino({ level: 'silent' });

function event(webhookId: string, change: Partial<SinkEvent> = {}): SinkEvent {
  const common = { sessionId: ANA, seq: 1, kind: 'status-update', body: '{"a":1}', createdAtMs: AT_MS } as const;
  return { ...common, webhookId, ...change };
}

/** A sink on a schema of its own, reached through a relay. */
class World implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly db: pg.Client;
  readonly relay: TcpRelay;
  readonly #url: URL;
  readonly #sinks: PostgresSink[] = [];

  private constructor(db: pg.Client, relay: TcpRelay, url: URL) {
    this.db = db;
    this.relay = relay;
    this.#url = url;
  }

  static async start(): Promise<World> {
    const url = new URL(await newPostgresUrl());
    const db = new pg.Client({ connectionString: url.href });
    await db.connect();
    const relay = await TcpRelay.start(Number(url.port));
    url.port = String(relay.port);
    return new World(db, relay, url);
  }

  sink(table = 'events'): PostgresSink {
    const sink = new PostgresSink(
      { url: new Secret(this.#url.href), table },
      { memoryMs: 3_600_000, clock: this.clock, log },
    );
    this.#sinks.push(sink);
    return sink;
  }

  async ids(table = 'events'): Promise<string[]> {
    const { rows } = await this.db.query<{ id: string }>(`SELECT webhook_id AS id FROM ${table} ORDER BY position`);
    return rows.map(({ id }) => id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const sink of this.#sinks) await sink[Symbol.asyncDispose]();
    await this.db.end();
    await this.relay[Symbol.asyncDispose]();
  }
}

describe('the sink', () => {
  it('writes an event with its session, number, kind, body and time', async () => {
    await using world = await World.start();
    await world.sink().write(event('a1', { seq: 7, body: '{"message_content":"¡hola! 😀 \uFFFD"}' }));
    const { rows } = await world.db.query('SELECT * FROM events');
    expect(rows).toEqual([
      {
        ...{ position: '1', webhook_id: 'a1', session_id: ANA, seq: '7', type: 'status-update' },
        data: { message_content: '¡hola! 😀 \uFFFD' },
        happened_at: new Date(AT_MS),
        written_at: expect.any(Date) as Date,
      },
    ]);
  });

  it('writes what arrives together in its order, and each event once, whoever repeats it and what has become of its row', async () => {
    await using world = await World.start();
    const [one, other] = [world.sink(), world.sink()];
    const ids = Array.from({ length: 300 }, (_, at) => `a${at}`);
    await Promise.all(ids.map((id) => one.write(event(id))));
    expect(await world.ids()).toEqual(ids);
    await world.db.query('DELETE FROM events');
    await Promise.all(ids.map((id) => other.write(event(id))));
    await Promise.all([one.write(event('b')), other.write(event('b'))]);
    expect(await world.ids()).toEqual(['b']);
  });

  it('fails while the database is away, also in the middle, and writes again when it is back', async () => {
    await using world = await World.start();
    const sink = world.sink();
    world.relay.goAway();
    await expect(sink.write(event('a1'))).rejects.toThrow();
    world.relay.comeBack();
    await sink.write(event('a1'));
    world.relay.breakAt({ direction: 'to client', reached: (chunk) => (chunk.length > 0 ? 0 : undefined), how: 'cut' });
    await expect(sink.write(event('a2'))).rejects.toThrow();
    await sink.write(event('a2'));
    await sink.write(event('a3'));
    expect(await world.ids()).toEqual(['a1', 'a2', 'a3']);
  });

  it('lets only that wait which the database refuses', async () => {
    await using world = await World.start();
    const sink = world.sink();
    await sink.write(event('a1'));
    await world.db.query(`ALTER TABLE events ADD CHECK (webhook_id <> 'bad')`);
    const written = await Promise.allSettled(['a2', 'a3', 'bad', 'a4'].map((id) => sink.write(event(id))));
    expect(written.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(await world.ids()).toEqual(['a1', 'a2', 'a3', 'a4']);
  });

  it('shows events in the order of their positions, since a writer waits for those before it', async () => {
    await using world = await World.start();
    const sink = world.sink();
    await sink.write(event('a1'));
    await world.db.query('BEGIN');
    await world.db.query(`SELECT pg_advisory_xact_lock(hashtextextended('events', 0))`);
    let isWritten = false;
    const writing = sink.write(event('a3')).then(() => (isWritten = true));
    const { rows } = await world.db.query(
      `INSERT INTO events (webhook_id, session_id, type, data, happened_at) VALUES ('a2', 'x', 'y', '1', now()) RETURNING position`,
    );
    expect([rows, isWritten]).toEqual([[{ position: '2' }], false]);
    await world.db.query('COMMIT');
    await writing;
    expect(await world.ids()).toEqual(['a1', 'a2', 'a3']);
  });

  it('wakes listeners, once for what is written within a second', async () => {
    await using world = await World.start();
    const sink = world.sink();
    const woken: string[] = [];
    world.db.on('notification', ({ channel }) => woken.push(channel));
    await world.db.query('LISTEN events');
    await sink.write(event('a1'));
    await sink.write(event('a2'));
    await world.clock.advance(1_000);
    // Whatever was sent before this is written comes before it.
    await sink.write(event('a3'));
    await world.db.query('SELECT 1');
    expect(woken).toEqual(['events']);
    await sink[Symbol.asyncDispose]();
    await world.db.query('SELECT 1');
    expect(woken).toEqual(['events', 'events']);
  });

  it('writes into the schema of its name, and needs no right to create what is there', async () => {
    await using world = await World.start();
    const { rows } = await world.db.query<{ schema: string }>('SELECT current_schema AS schema');
    const table = `${rows[0]!.schema}.whatsapp`;
    await world.sink(table).write(event('a1'));
    await world.sink(table).write(event('a2'));
    expect(await world.ids(table)).toEqual(['a1', 'a2']);
  });

  it('forgets after a while what it has written', async () => {
    await using world = await World.start();
    const sink = world.sink();
    await sink.write(event('a1'));
    await world.db.query(`UPDATE events_seen SET written_at = now() - interval '2 hours'`);
    await world.clock.advance(3_600_000);
    await sink.write(event('a2'));
    const { rows } = await world.db.query('SELECT webhook_id AS id FROM events_seen');
    expect(rows).toEqual([{ id: 'a2' }]);
  });
});
