import type { PhoneNumber } from '../../../src/domain/address.ts';
import { localPlacement } from '../../../src/cluster/local.ts';
import { AppError, StorageUnavailableError } from '../../../src/domain/errors.ts';
import type { OutgoingMessage } from '../../../src/domain/outgoing.ts';
import { ANA, BEA, record, statusUpdate } from '../../contracts/storage/support.ts';
import { arrives, connected, failureOf, gate, OneProcess } from './one-process.ts';

const TEXT = {
  to: { kind: 'jid', jid: '1@lid' },
  content: { type: 'text', text: 'hola' },
  ...{ replyTo: null, mentions: [] },
} as unknown as OutgoingMessage;
const QR = { kind: 'qr', qr: { text: 'a QR', generatedAtMs: 0, expiresAtMs: 1 } } as const;
const moving = expect.objectContaining({ code: 'session_moving' }) as unknown;

describe('a session that leaves', () => {
  it('answers the send under way first, and takes no other', async () => {
    const process = await OneProcess.start();
    const line = await process.runs(connected(ANA));
    const sending = gate();
    const refused = new AppError('number_not_on_whatsapp');
    line.prepare = async () => Promise.reject((await sending.promise, refused));
    const send = failureOf(process.sessions.send(ANA, TEXT, 'r1'));
    await process.settled();

    const leaving = process.host.handOver(ANA);
    expect(await failureOf(process.sessions.send(ANA, TEXT, 'r2'))).toEqual(moving);
    await process.settled();
    expect(line.isClosed).toBe(false);
    sending.open();
    await leaving;

    expect(await send).toBe(refused);
    expect(line.isClosed).toBe(true);
  });

  it('waits ten seconds for a send, which is to be repeated elsewhere if nothing has left', async () => {
    const process = await OneProcess.start();
    const line = await process.runs(connected(ANA));
    const sending = gate();
    line.prepare = async () => Promise.reject((await sending.promise, new AppError('session_not_connected')));
    const send = failureOf(process.sessions.send(ANA, TEXT, 'r1'));
    await process.settled();
    const leaving = process.host.handOver(ANA);

    await process.db.clock.advance(9_999);
    expect(line.isClosed).toBe(false);
    await process.db.clock.advance(1);
    await leaving;
    sending.open();

    expect(await send).toEqual(moving);
    expect(line.isClosed).toBe(true);
  });

  it('sends those elsewhere who wait for its connection, its QR or its restart', async () => {
    const process = await OneProcess.start();
    await process.db.storage.sessions.commit(connected(ANA), []);
    await process.db.storage.sessions.commit(record(BEA, { createdAtMs: process.db.clock.now() }), []);
    await process.host.adopt([ANA, BEA]);
    await process.settled();
    const waiting = [
      process.sessions.connection(ANA),
      process.sessions.restart(ANA),
      process.sessions.currentQr(BEA),
    ].map(failureOf);
    await process.settled();

    await Promise.all([process.host.handOver(ANA), process.host.handOver(BEA)]);

    expect(await Promise.all(waiting)).toEqual([moving, moving, moving]);
    expect([process.openConnections, process.failures]).toEqual([0, []]);
  });

  it('is not deleted here any more', async () => {
    const process = await OneProcess.start();
    const line = await process.runs(connected(ANA));
    line.hangs = true;
    const leaving = process.host.handOver(ANA);
    const removal = failureOf(process.sessions.remove(ANA));
    await process.settled();
    line.end();
    await leaving;

    expect(await removal).toEqual(moving);
    expect(line.isUnlinked).toBe(false);
    expect(await process.db.storage.sessions.some([ANA])).toHaveLength(1);
  });

  it('keeps its device when the number is just linked again', async () => {
    const [arriving, sending] = [gate(), gate()];
    const bring = async () => {
      await arriving.promise;
      await new Promise(setImmediate);
    };
    const process = await OneProcess.start({ placement: { ...localPlacement(), bring } });
    const line = await process.runs(connected(ANA));
    await process.db.storage.sessions.commit(connected(ANA), [], { announces: true });
    line.prepare = async () => Promise.reject((await sending.promise, new AppError('message_not_found')));
    const send = failureOf(process.sessions.send(ANA, TEXT, 'r1'));
    await process.db.storage.sessions.commit(record(BEA, { createdAtMs: process.db.clock.now() }), []);
    await process.comesOnline(BEA);

    const leaving = process.host.handOver(ANA);
    arriving.open();
    await process.settled();
    sending.open();
    await Promise.all([leaving, send]);

    expect([line.isClosed, line.isUnlinked]).toEqual([true, false]);
    await process.sessions[Symbol.asyncDispose]();
  });

  it('in the middle of a first QR stays stored, for whoever has it next', async () => {
    const process = await OneProcess.start();
    const asked = failureOf(process.sessions.generateQr());
    await process.settled();
    const { sessionId } = (await process.sessions.list())[0]!;

    await process.host.handOver(sessionId);

    expect(await asked).toMatchObject({ code: 'qr_timeout' });
    expect(await process.db.storage.sessions.some([sessionId])).toHaveLength(1);
    const next = await OneProcess.start({ db: process.db });
    await next.host.adopt([sessionId]);
    await next.settled();
    next.connection.emit(QR);
    await next.settled();
    expect(await next.sessions.currentQr(sessionId)).toMatchObject({ text: 'a QR' });
  });

  it('in the middle of a first pairing code ends as if WhatsApp had not answered', async () => {
    const process = await OneProcess.start();
    const asked = failureOf(process.sessions.pairByCode('5491234567890' as PhoneNumber));
    await process.settled();
    const { sessionId } = (await process.sessions.list())[0]!;

    await process.host.handOver(sessionId);

    expect(await asked).toMatchObject({ code: 'whatsapp_timeout' });
    expect(process.openConnections).toBe(0);
  });

  it('stops its download, whose webhook waits for the next process', async () => {
    const process = await OneProcess.start();
    await process.runs(connected(ANA));
    const picture = await arrives(process, ANA);
    const asked = failureOf(process.media.fetched(ANA, 'A1'));

    await process.host.handOver(ANA);

    expect(process.downloads.map(({ signal }) => signal.aborted)).toEqual([true]);
    expect(await asked).toEqual(moving);
    expect(await process.db.storage.heldCallbacks.all()).toMatchObject([{ webhookId: picture }]);
    expect(process.failures).toEqual([]);
  });

  it('ends in the middle of a call that it rejects', async () => {
    const process = await OneProcess.start();
    const line = await process.runs(connected(ANA));
    line.end({ kind: 'restart-required' });
    const caller = { number: null, lid: '9@lid', pushName: null };
    line.emit({ kind: 'ringing', call: { callId: 'C1', caller, isVideo: false, startedAtMs: 0 } });
    await process.settled();

    await process.host.handOver(ANA);
    await process.settled();

    expect([process.openConnections, process.failures]).toEqual([0, []]);
  });

  it('opens no connection that its last turn asks for', async () => {
    const committing = gate();
    let isSlow = false;
    const process = await OneProcess.start({
      store: (store) =>
        ({
          some: store.some.bind(store),
          commit: async (...writes: Parameters<typeof store.commit>) => {
            if (isSlow) await committing.promise;
            return store.commit(...writes);
          },
        }) as typeof store,
    });
    const line = await process.runs(connected(ANA));
    isSlow = true;
    line.end({ kind: 'restart-required' });
    await process.settled();

    const leaving = process.host.handOver(ANA);
    await process.settled();
    committing.open();
    await leaving;
    await process.db.clock.advance(120_000);

    expect(process.openConnections).toBe(0);
  });

  it('does not wait for a storage that is away', async () => {
    const storage = { isAway: false };
    const process = await OneProcess.start({
      store: (store) =>
        ({
          some: store.some.bind(store),
          commit: (...writes: Parameters<typeof store.commit>) =>
            storage.isAway ? Promise.reject(new StorageUnavailableError('away')) : store.commit(...writes),
        }) as typeof store,
    });
    const line = await process.runs(connected(ANA));
    storage.isAway = true;
    line.end({ kind: 'unavailable' });
    await process.settled();

    const leaving = process.host.handOver(ANA);
    await process.db.clock.advance(1_000);
    await leaving;
    await process.db.clock.advance(120_000);

    expect([process.openConnections, process.host.load().owned]).toEqual([0, 0]);
    storage.isAway = false;
    await process.comesOnline(ANA);
    expect(process.host.load()).toEqual({ owned: 1, online: 1 });
    expect(await process.webhooks()).toEqual([]);
  });

  it('is given up once, however often it is asked for', async () => {
    const process = await OneProcess.start();
    const line = await process.runs(connected(ANA));
    line.hangs = true;
    let ended = 0;
    const count = () => void (ended += 1);

    const both = [process.host.handOver(ANA).then(count), process.host.handOver(ANA).then(count)];
    await process.settled();
    expect(ended).toBe(0);
    line.end();
    await Promise.all(both);

    await process.host.handOver(ANA);
    process.host.lose([ANA]);
    expect(process.host.load().owned).toBe(0);
  });

  it('has its webhook recorded that is on its way, and starts none', async () => {
    const process = await OneProcess.start();
    await process.notifier.start();
    await process.runs(connected(ANA));
    const backend = gate();
    process.backend = () => backend.promise;
    await process.db.storage.sessions.commit(connected(ANA), [statusUpdate(ANA, 'w1'), statusUpdate(ANA, 'w2')]);
    await process.settled();

    let hasLeft = false;
    const leaving = process.host.handOver(ANA).then(() => (hasLeft = true));
    await process.settled();
    expect(hasLeft).toBe(false);
    backend.open();
    await leaving;
    await process.settled();

    expect(process.told).toEqual(['status-update']);
    expect(await process.db.next(ANA)).toMatchObject({ webhookId: 'w2' });
  });

  it('delivers nothing that was read just before', async () => {
    const process = await OneProcess.start();
    const reading = gate();
    const next = process.db.storage.callbacks.next.bind(process.db.storage.callbacks);
    process.db.storage.callbacks.next = async (id) => {
      const callback = await next(id);
      if (callback) await reading.promise;
      return callback;
    };
    await process.notifier.start();
    await process.runs(connected(ANA));
    await process.db.storage.sessions.commit(connected(ANA), [statusUpdate(ANA, 'w1')]);
    await process.settled();

    await process.host.handOver(ANA);
    reading.open();
    await process.settled();

    expect(process.told).toEqual([]);
  });
});
