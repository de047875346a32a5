import { pino } from 'pino';
import { AppError, SessionLostError } from '../../../src/domain/errors.ts';
import type { OutgoingMessage } from '../../../src/domain/outgoing.ts';
import { Scheduler } from '../../../src/sessions/scheduled/scheduler.ts';
import { ANA, record, startStorage, statusUpdate, type TestStorage } from '../../contracts/storage/support.ts';
import { fixedRandom } from '../../harness/fixed-random.ts';
import { untilTrue } from '../../harness/until.ts';

const LOOK_MS = 5_000;
const HOUR_MS = 3600_000;

/** A scheduler on a real storage; what is sent is recorded, or fails. */
async function start(db: TestStorage) {
  await db.storage.sessions.commit(record(ANA), []);
  const sent: string[] = [];
  const begun: string[] = [];
  const failures: Error[] = [];
  let sending: Promise<void> = Promise.resolve();
  const scheduler = new Scheduler({
    ...{
      store: db.storage.scheduledMessages,
      sent: db.storage.sentMessages,
      clock: db.clock,
      random: fixedRandom(0.5),
    },
    log: pino({ level: 'silent' }),
    open: (body) =>
      Promise.resolve({
        message: JSON.parse(body) as OutgoingMessage,
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
    sessions: {
      view: (sessionId) => Promise.resolve({ sessionId }),
      send: async (_, { messageId = '' }) => {
        begun.push(messageId);
        await sending;
        const failure = failures.shift();
        if (failure) throw failure;
        sent.push(messageId);
      },
    },
  });
  const schedule = (messageId: string, inMs = 0) => {
    const request = { body: MESSAGE, sendAtMs: db.clock.now() + inMs, ownId: undefined, messageId };
    return scheduler.schedule(ANA, request);
  };
  const state = async (messageId: string) => {
    const { state: what, failure, attempts } = await scheduler.find(ANA, messageId);
    return { what, code: failure?.code ?? null, attempts };
  };
  const hold = (until: Promise<void>) => {
    sending = until;
  };
  return { scheduler, sent, begun, failures, schedule, state, hold };
}

const MESSAGE = JSON.stringify({
  to: { kind: 'number', number: '5491234567890' },
  content: { type: 'text', text: 'x' },
});

describe('a scheduled message', () => {
  it('is sent at its time, once, and found as sent', async () => {
    await using db = await startStorage();
    const { scheduler, sent, schedule, state } = await start(db);
    scheduler.start();
    await schedule('A', HOUR_MS);
    await db.clock.advance(HOUR_MS - 1);
    expect(sent).toEqual([]);

    await db.clock.advance(LOOK_MS);
    await untilTrue(async () => (await state('A')).what === 'sent');
    await db.clock.advance(LOOK_MS);

    expect(sent).toEqual(['A']);
    await scheduler[Symbol.asyncDispose]();
  });

  it('that was due while the process was away is sent when it is back', async () => {
    await using db = await startStorage();
    const before = await start(db);
    await before.schedule('A', HOUR_MS);
    await before.scheduler[Symbol.asyncDispose]();
    await db.clock.advance(2 * HOUR_MS);
    await db.reopen();

    const { scheduler, sent, state } = await start(db);
    scheduler.start();
    await untilTrue(async () => (await state('A')).what === 'sent');

    expect(sent).toEqual(['A']);
    await scheduler[Symbol.asyncDispose]();
  });

  it.each<[string, Error]>([
    ['the session is not connected', new AppError('session_not_connected')],
    ['the session moves to another node', new SessionLostError()],
  ])('waits as it is while %s, with those behind it', async (_, failure) => {
    await using db = await startStorage();
    const { scheduler, sent, failures, schedule, state } = await start(db);
    failures.push(failure);
    await schedule('A');
    await schedule('B');
    scheduler.start();
    await untilTrue(() => Promise.resolve(failures.length === 0));
    expect(await state('A')).toEqual({ what: 'scheduled', code: null, attempts: 0 });

    await db.clock.advance(20_000);
    await untilTrue(async () => (await state('B')).what === 'sent');

    expect(sent).toEqual(['A', 'B']);
    await scheduler[Symbol.asyncDispose]();
  });

  it('that exceeds a limit is tried again when the limit allows it', async () => {
    await using db = await startStorage();
    const { scheduler, sent, failures, schedule, state } = await start(db);
    failures.push(new AppError('rate_limited', { retryAfterMs: 60_000 }));
    await schedule('A');
    scheduler.start();
    await untilTrue(async () => (await state('A')).attempts === 1);
    expect(await state('A')).toEqual({ what: 'scheduled', code: 'rate_limited', attempts: 1 });
    await db.clock.advance(59_000);
    expect(sent).toEqual([]);

    await db.clock.advance(LOOK_MS + 1_000);
    await untilTrue(async () => (await state('A')).what === 'sent');
    await scheduler[Symbol.asyncDispose]();
  });

  it.each<[string, AppError, number]>([
    ['can never be sent', new AppError('number_not_on_whatsapp'), 0],
    ['could not be sent for a day', new AppError('session_not_connected'), 25 * HOUR_MS],
  ])('that %s is given up, and the backend learns of it', async (_, failure, laterMs) => {
    await using db = await startStorage();
    const { scheduler, failures, schedule, state } = await start(db);
    failures.push(failure);
    await schedule('A');
    await schedule('B', laterMs);
    await db.clock.advance(laterMs);
    scheduler.start();
    await untilTrue(async () => (await state('B')).what === 'sent');

    const { code } = failure;
    expect(await state('A')).toEqual({ what: 'failed', code, attempts: 0 });
    expect(await db.next(ANA)).toMatchObject({ body: expect.stringContaining(`"error_code":"${code}"`) as string });
    await scheduler[Symbol.asyncDispose]();
  });

  it('is not sent again when a message with its id has failed', async () => {
    await using db = await startStorage();
    const { scheduler, sent, schedule, state } = await start(db);
    await schedule('A');
    await db.storage.sentMessages.add(ANA, { messageId: 'A', to: '1@lid', toNumber: null, content: Buffer.from('x') });
    await db.storage.sentMessages.progress(ANA, { messageId: 'A', status: 'failed', event: statusUpdate(ANA, 'told') });
    scheduler.start();
    await untilTrue(async () => (await state('A')).what === 'failed');

    expect(sent).toEqual([]);
    await scheduler[Symbol.asyncDispose]();
  });
});

describe('canceling', () => {
  it('keeps a message from being sent, and is told as such', async () => {
    await using db = await startStorage();
    const { scheduler, sent, schedule, state } = await start(db);
    await schedule('A');
    await schedule('B');
    await scheduler.cancel(ANA, 'A');
    scheduler.start();
    await untilTrue(async () => (await state('B')).what === 'sent');

    expect(sent).toEqual(['B']);
    expect(await state('A')).toMatchObject({ what: 'canceled' });
    await expect(scheduler.cancel(ANA, 'A')).rejects.toMatchObject({ code: 'message_not_suitable' });
    await expect(scheduler.cancel(ANA, 'C')).rejects.toMatchObject({ code: 'message_not_found' });
    await scheduler[Symbol.asyncDispose]();
  });

  it('is refused while the message is being sent, and once it may have left', async () => {
    await using db = await startStorage();
    const { scheduler, begun, schedule, state, hold } = await start(db);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    hold(promise.then(() => undefined));
    await schedule('A');
    await schedule('B', HOUR_MS);
    await db.storage.sentMessages.add(ANA, { messageId: 'B', to: '1@lid', toNumber: null, content: Buffer.from('x') });
    scheduler.start();
    await untilTrue(() => Promise.resolve(begun.length === 1));

    await expect(scheduler.cancel(ANA, 'A')).rejects.toMatchObject({ code: 'message_not_suitable' });
    await expect(scheduler.cancel(ANA, 'B')).rejects.toMatchObject({ code: 'message_not_suitable' });
    resolve(undefined);
    await untilTrue(async () => (await state('A')).what === 'sent');
    await scheduler[Symbol.asyncDispose]();
  });
});

describe('scheduling', () => {
  it('the same request again stores one message; an id of the caller is taken once', async () => {
    await using db = await startStorage();
    const { scheduler, schedule } = await start(db);
    const first = await schedule('A', HOUR_MS);

    expect(await schedule('A', HOUR_MS)).toEqual(first);
    const own = { body: MESSAGE, sendAtMs: db.clock.now(), ownId: 'A', messageId: undefined };
    await expect(scheduler.schedule(ANA, own)).rejects.toMatchObject({ code: 'message_id_used' });
    expect(await scheduler.schedule(ANA, { ...own, ownId: 'PEDIDO7' })).toMatchObject({ messageId: 'PEDIDO7' });
    expect(await scheduler.list(ANA, { state: undefined, after: 0, limit: 9 })).toHaveLength(2);
  });

  it.each([-61_000, 367 * 24 * HOUR_MS])('refuses a time %i ms from now', async (inMs) => {
    await using db = await startStorage();
    const { schedule } = await start(db);

    await expect(schedule('A', inMs)).rejects.toMatchObject({ code: 'invalid_body' });
  });
});
