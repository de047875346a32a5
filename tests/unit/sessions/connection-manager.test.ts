import type { PhoneNumber } from '../../../src/domain/address.ts';
import type { CloseReason } from '../../../src/domain/close-reason.ts';
import { parseSessionId } from '../../../src/domain/session-id.ts';
import { silentLogger } from '../../../src/kit/logger.ts';
import { Semaphore } from '../../../src/kit/semaphore.ts';
import { Supervisor } from '../../../src/kit/supervisor.ts';
import type { Connection, ConnectionEvent, ConnectionEventHandler } from '../../../src/ports/connection.ts';
import type { MessageKey } from '../../../src/ports/signal.ts';
import { ConnectionManager } from '../../../src/sessions/state/connection-manager.ts';
import { fixedRandom } from '../../harness/fixed-random.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const WHO = { phoneNumber: '5491234567890' as PhoneNumber, whatsappUserId: '5491234567890:1@s.whatsapp.net' };
const OPEN: ConnectionEvent = { kind: 'open', identity: WHO };
const MESSAGE: ConnectionEvent = { kind: 'message', message: undefined, key: 'A1' as MessageKey, receivedAtMs: 0 };

const closed = (kind: 'logged-out' | 'asked' | 'restart-required' | 'replaced'): ConnectionEvent => ({
  kind: 'closed',
  reason: { kind } satisfies CloseReason,
  code: 'none',
});

/** A manager whose connections emit what the test says; `passed` is what it passes on. */
function startManager({ clock = new ManualClock(), places = new Semaphore(1), close = () => Promise.resolve() } = {}) {
  const connections: ConnectionEventHandler[] = [];
  const passed: string[] = [];
  const unused = () => Promise.reject(new Error('not in this test'));
  const manager = new ConnectionManager({
    sessionId: parseSessionId('session_1705312200123_abc123def')!,
    connector: {
      open(_, onEvent) {
        connections.push(onEvent);
        return { close, logout: close } as Connection;
      },
      linkedAccount: unused,
      personOf: unused,
      forget: unused,
      release: () => undefined,
    },
    codeFor: () => undefined,
    places: () => places,
    ...{ clock, random: fixedRandom(0), supervisor: new Supervisor(silentLogger) },
    onEvent: (event) => void passed.push(event.kind === 'closed' ? event.reason.kind : event.kind),
  });
  const open = async (): Promise<ConnectionEventHandler> => {
    manager.open('now');
    await clock.advance(0);
    return connections.at(-1)!;
  };
  return { manager, passed, open, count: () => connections.length };
}

describe('a connection that is lost', () => {
  it('cannot report afterwards that it is open, even when no other one follows', async () => {
    const { manager, passed, open } = startManager();
    const emit = await open();
    emit(closed('logged-out'));

    emit(OPEN);
    emit(closed('asked'));

    expect(passed).toEqual(['logged-out']);
    expect(manager.connection).toBeUndefined();
  });

  it('cannot report for its successor, but still delivers what it received', async () => {
    const { manager, passed, open } = startManager();
    const emitOld = await open();
    emitOld(closed('restart-required'));
    const emitNew = await open();

    emitOld(OPEN);
    emitOld(MESSAGE);
    emitOld(closed('replaced'));
    emitNew(OPEN);

    expect(passed).toEqual(['restart-required', 'message', 'open']);
    expect([manager.connection !== undefined, manager.disconnects.replacements]).toEqual([true, 0]);
  });

  it('frees its connecting slot for the next one', async () => {
    const { passed, open } = startManager();
    const emitFirst = await open();
    emitFirst(closed('restart-required'));

    const emitSecond = await open();
    emitSecond(OPEN);

    expect(passed).toEqual(['restart-required', 'open']);
  });
});

describe('a login that hangs', () => {
  it('gives up its place for others after five seconds, and goes on', async () => {
    const [clock, places] = [new ManualClock(), new Semaphore(1)];
    const hanging = startManager({ clock, places });
    const other = startManager({ clock, places });
    const emit = await hanging.open();
    other.manager.open('now');

    await clock.advance(4_999);
    expect(other.count()).toBe(0);
    await clock.advance(1);
    expect(other.count()).toBe(1);

    emit(OPEN);
    expect(hanging.passed).toEqual(['open']);
    const third = startManager({ clock, places });
    third.manager.open('now');
    await clock.advance(0);
    // The late login gave nothing back a second time.
    expect(third.count()).toBe(0);
  });
});

describe('a connection that was stopped', () => {
  it('does not count as a disconnect', async () => {
    const { manager, passed, open } = startManager();
    const emit = await open();
    await manager.stop();

    emit(closed('asked'));

    expect([passed, manager.disconnects.inARow]).toEqual([[], 0]);
  });
});

describe('a connection of credentials', () => {
  it('is opened only when the one before is closed, whoever asked for both', async () => {
    const end = Promise.withResolvers<undefined>();
    const { open, count } = startManager({ places: new Semaphore(2), close: () => end.promise });
    await open();
    await open();
    expect(count()).toBe(1);

    end.resolve(undefined);
    await end.promise;
    await new Promise(setImmediate);

    expect(count()).toBe(2);
  });

  it('is not opened during a pause, not even to reconnect', async () => {
    const { manager, open, count } = startManager();
    await manager.pause();
    await open();
    expect(count()).toBe(0);

    manager.goOn();
    await open();

    expect(count()).toBe(1);
  });

  it.each(['stop', 'pause', 'logout'] as const)('is not opened before the end that %s asked for', async (how) => {
    const end = Promise.withResolvers<undefined>();
    const { manager, open, count } = startManager({ places: new Semaphore(2), close: () => end.promise });
    await open();
    let ended = 0;
    const ending = manager[how]().then(() => (ended += 1));
    manager.goOn();
    await open();
    const stopping = manager.stop().then(() => (ended += 1));
    await open();
    expect([count(), ended]).toEqual([1, 0]);

    end.resolve(undefined);
    await Promise.all([ending, stopping]);
    await new Promise(setImmediate);

    expect([count(), ended]).toEqual([2, 2]);
  });

  it('is opened although the one before failed to close', async () => {
    const close = () => Promise.reject(new Error('it does not close'));
    const { manager, open, count } = startManager({ places: new Semaphore(2), close });
    await open();
    await expect(manager.stop()).rejects.toThrow('it does not close');
    await open();

    expect(count()).toBe(2);
  });
});
