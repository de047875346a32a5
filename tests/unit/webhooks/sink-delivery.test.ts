import { pino } from 'pino';
import { systemRandom } from '../../../src/kit/random.ts';
import type { EventSink, SinkEvent } from '../../../src/ports/sink.ts';
import { SinkDelivery } from '../../../src/webhooks/subscriptions/sink-delivery.ts';
import { ANA, BEA, startStorage, statusUpdate, type TestStorage } from '../../contracts/storage/support.ts';
import { noMetrics } from '../../harness/no-metrics.ts';
import { untilTrue } from '../../harness/until.ts';

const DAY_MS = 24 * 3_600_000;
const RETENTION_MS = 3 * DAY_MS;

/** A database that is away until it is back. */
class Table implements EventSink {
  readonly ids: string[] = [];
  isAway = true;

  open(): Promise<void> {
    return Promise.resolve();
  }

  write({ webhookId }: SinkEvent): Promise<void> {
    if (this.isAway) return Promise.reject(new Error('ECONNREFUSED'));
    this.ids.push(webhookId);
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

function deliveryTo(sink: EventSink, { storage, clock }: TestStorage): SinkDelivery {
  return new SinkDelivery({
    ...{ store: storage.subscriptions, sink, events: null, clock, random: systemRandom, metrics: noMetrics },
    settings: { retries: 2, poisonAfterMs: 3_600_000, retentionMs: 7 * DAY_MS },
    log: pino({ level: 'silent' }),
  });
}

it('keeps what its database has not taken, and says how old it is, until its own retention is over', async () => {
  await using db = await startStorage();
  const table = new Table();
  await using delivery = deliveryTo(table, db);
  await delivery.start();
  /** Events that the main backend accepts at once. */
  const happen = async (...events: Parameters<TestStorage['commit']>) => {
    await db.commit(...events);
    for (const sessionId of [ANA, BEA]) await db.drain(sessionId);
    await db.settled();
  };

  await happen(statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a2'), statusUpdate(BEA, 'b1'));
  await untilTrue(() => Promise.resolve(delivery.problem !== null));
  db.clock.set(6 * DAY_MS);
  await db.storage.prune(RETENTION_MS, undefined, delivery.awaited);
  expect(await delivery.backlog()).toEqual({ pending: 3, oldestPendingSeconds: (6 * DAY_MS) / 1_000 });

  table.isAway = false;
  await db.clock.advance(60_000);
  await untilTrue(() => Promise.resolve(table.ids.length === 3));
  expect(table.ids.filter((id) => id.startsWith('a'))).toEqual(['a1', 'a2']);
  expect([delivery.problem, await delivery.backlog()]).toEqual([null, { pending: 0, oldestPendingSeconds: 0 }]);

  table.isAway = true;
  await happen(statusUpdate(ANA, 'a3'));
  await untilTrue(() => Promise.resolve(delivery.problem !== null));
  db.clock.set(8 * DAY_MS);
  await db.clock.advance(60_000);
  await db.storage.prune(RETENTION_MS, undefined, delivery.awaited);
  expect(await delivery.backlog()).toMatchObject({ pending: 0 });
  table.isAway = false;
  await happen(statusUpdate(ANA, 'a4'));
  await untilTrue(() => Promise.resolve(table.ids.length > 3));
  expect(table.ids.slice(3)).toEqual(['a4']);
});
