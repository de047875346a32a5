import type { PhoneNumber } from '../../../../src/domain/address.ts';
import type { MessageBody } from '../../../../src/domain/event.ts';
import type { FurtherEvent } from '../../../../src/domain/further-event.ts';
import type { SessionId } from '../../../../src/domain/session-id.ts';
import type { Subscription } from '../../../../src/domain/subscription.ts';
import type { NewCallback } from '../../../../src/ports/callbacks.ts';
import type { Storage } from '../../../../src/ports/storage.ts';
import { openPostgres } from '../../../../src/storage/postgres/open.ts';
import { MASTER_KEY } from '../../../contracts/storage/implementations.ts';
import { ANA, BEA, qr, record, statusUpdate } from '../../../contracts/storage/support.ts';
import type { Break } from '../../../harness/tcp-relay.ts';
import { throughRelay } from '../../../harness/through-relay.ts';

/** A storage whose connections to PostgreSQL can be cut. */
const relayed = () => throughRelay((url, clock) => openPostgres(url, { clock, network: clock, masterKey: MASTER_KEY }));

/** Where the server has committed, and nobody has heard of it. */
const AT_COMMITTED: Break = {
  direction: 'to client',
  reached: (chunk) => (chunk.includes('COMMIT') ? 0 : undefined),
  how: 'cut',
};

const CALL = { event: { kind: 'call', body: { session_id: ANA } } as FurtherEvent, webhookId: 'call' };
const OF_ALL = { id: 'sub_all', sessions: null } as Subscription;

/** The sessions of which a receiver of everything is told from now on that they have something to deliver. */
function readyIn(storage: Storage): SessionId[] {
  const ready: SessionId[] = [];
  storage.subscriptions.queueOf(OF_ALL).onReady((sessionId) => ready.push(sessionId));
  return ready;
}

const AWAITED = { lid: '111@lid', webhookId: 'a2', correctionId: 'a3', unless: null };

/** A message of somebody without a number. */
function message(webhookId: string): NewCallback {
  const body = { session_id: ANA, message_id: webhookId, sender_number: null, sender_lid: AWAITED.lid };
  return { event: { kind: 'message-received', body: body as MessageBody }, webhookId };
}

async function pendingOf(storage: Storage, sessionId: SessionId): Promise<string[]> {
  const rows = await storage.archive.list({ sessionId }, { after: 0, limit: 500 });
  return rows.map(({ seq, webhookId }) => `${seq} ${webhookId}`);
}

describe('connections to PostgreSQL that are cut', () => {
  it('lose nothing, repeat nothing, and keep the order', async () => {
    await using it = await relayed();
    const { opened: storage, relay } = it;
    const writes: Promise<number>[] = [];
    for (let number = 1; number <= 200; number += 1) {
      writes.push(storage.sessions.commit(record(ANA), [statusUpdate(ANA, `a${number}`)]));
      if (number % 20 === 0) relay.cut();
      if (number % 5 === 0) await new Promise((resolve) => setImmediate(resolve));
    }

    const stored = await it.clock.fastForwardUntil(Promise.all(writes));

    const numbers = Array.from({ length: 200 }, (_, at) => `${at + 1} a${at + 1}`);
    expect(await pendingOf(storage, ANA)).toEqual(numbers);
    // An answer that was lost with its connection makes a group be sent again, which then finds its events known.
    expect(stored.every((count) => count === 0 || count === 1)).toBe(true);
  });
});

it('connections to PostgreSQL that are lost without a word are given up, for reads as well', async () => {
  await using it = await relayed();
  const { opened: storage, relay, clock } = it;
  await storage.settings.set('x', '1');
  expect(await storage.settings.get('x')).toBe('1');
  relay.stallOpen();

  await clock.fastForwardUntil(storage.settings.set('x', '2'));

  expect(await storage.settings.get('x')).toBe('2');
  relay.cut();
});

describe('an answer to COMMIT that is lost with its connection', () => {
  it.each<[string, (storage: Storage) => Promise<unknown>]>([
    ['an event', (storage) => storage.sessions.commit(record(ANA), [statusUpdate(ANA, 'a2')])],
    ['a code', (storage) => storage.sessions.commit(record(ANA), [qr(ANA, 'a2')])],
    ['a further event', (storage) => storage.furtherEvents.add(ANA, [CALL])],
    ['a replay', (storage) => storage.archive.replay({ sessionId: ANA, sinceMs: 0, untilMs: Number.MAX_SAFE_INTEGER })],
  ])('leaves no receiver waiting for %s', async (_, write) => {
    await using it = await relayed();
    const { opened: storage, relay, clock } = it;
    await storage.sessions.commit(record(ANA), [statusUpdate(ANA, 'a1')]);
    await storage.callbacks.delivered((await storage.callbacks.next(ANA))!, 1);
    await storage.settings.set('x', '1');
    const ready = readyIn(storage);
    relay.breakAt(AT_COMMITTED);

    await clock.fastForwardUntil(write(storage));

    expect(relay.isWhole).toBe(false);
    expect(ready).toContain(ANA);
  });

  it('leaves no receiver waiting either when the database stays away, and nobody repeats what was refused', async () => {
    await using it = await relayed();
    const { opened: storage, relay, clock } = it;
    const ready = readyIn(storage);
    relay.breakAt(AT_COMMITTED);
    const refused = storage.sessions.commit(record(ANA), [statusUpdate(ANA, 'a1')]);
    await relay.broken;
    relay.goAway();
    await expect(clock.fastForwardUntil(refused)).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(ready).toEqual([]);

    relay.comeBack();
    await storage.sessions.commit(record(BEA), []);

    expect(ready).toEqual([ANA]);
    expect(await storage.callbacks.next(ANA)).toMatchObject({ webhookId: 'a1' });
  });
});

describe('a database that stays away', () => {
  it('refuses what it cannot store, and works again once it is back', async () => {
    await using it = await relayed();
    const { opened: storage, relay, clock } = it;
    await storage.settings.set('before', '1');
    relay.goAway();

    const refused = storage.settings.set('while', '1');
    const afterIt = storage.sessions.commit(record(BEA), [statusUpdate(BEA, 'b1')]);
    await expect(clock.fastForwardUntil(refused)).rejects.toMatchObject({ code: 'storage_unavailable' });
    await expect(clock.fastForwardUntil(afterIt)).rejects.toMatchObject({ code: 'storage_unavailable' });
    await expect(storage.settings.get('before')).rejects.toMatchObject({ code: 'storage_unavailable' });
    await expect(storage.check()).rejects.toMatchObject({ code: 'storage_unavailable' });

    relay.comeBack();
    await storage.check();
    expect(await storage.settings.get('before')).toBe('1');
    expect(await storage.settings.get('while')).toBeUndefined();
    expect(await pendingOf(storage, BEA)).toEqual([]);
    await storage.settings.set('after', '1');
  });

  it('keeps in mind that a message left without a number, although the delivery before it is not recorded', async () => {
    await using it = await relayed();
    const { opened: storage, relay, clock } = it;
    await storage.sessions.commit(record(ANA), [statusUpdate(ANA, 'a1')]);
    await storage.sessions.commit(record(ANA), [message('a2')], { awaited: AWAITED });
    await storage.callbacks.delivered((await storage.callbacks.next(ANA))!, 1);
    expect(await storage.callbacks.next(ANA)).toMatchObject({ webhookId: 'a2' });
    relay.goAway();
    // The record of the delivery is in the group that fails, the number in the one after it.
    const refused = storage.settings.set('x', '1').catch(() => relay.comeBack());
    await new Promise((resolve) => setImmediate(resolve));
    const known = storage.awaitedNumbers.known(ANA, new Map([[AWAITED.lid, '5491122334455' as PhoneNumber]]));

    await clock.fastForwardUntil(refused);
    await known;

    expect(await pendingOf(storage, ANA)).toEqual(['1 a1', '2 a2', '3 a3']);
  });

  it('keeps a delivery that could not be recorded, and records it later', async () => {
    await using it = await relayed();
    const { opened: storage, relay, clock } = it;
    await storage.sessions.commit(record(ANA), [statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a2')]);
    const first = await storage.callbacks.next(ANA);
    relay.goAway();

    await storage.callbacks.delivered(first!, 1);
    await expect(clock.fastForwardUntil(storage.settings.set('x', '1'))).rejects.toThrow();
    relay.comeBack();

    expect(await storage.callbacks.next(ANA)).toMatchObject({ webhookId: 'a2' });
    const [row] = await storage.archive.list({ sessionId: ANA }, { after: 0, limit: 1 });
    expect(row).toMatchObject({ webhookId: 'a1', state: 'delivered' });
  });
});
