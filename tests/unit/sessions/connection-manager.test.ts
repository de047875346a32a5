import { type PhoneNumber } from '../../../src/domain/address.ts';
import { parseSessionId } from '../../../src/domain/session-id.ts';
import { silentLogger } from '../../../src/kit/logger.ts';
import { Semaphore } from '../../../src/kit/semaphore.ts';
import { Supervisor } from '../../../src/kit/supervisor.ts';
import { type Connection, type ConnectionListener } from '../../../src/ports/connection.ts';
import { ConnectionManager } from '../../../src/sessions/state/connection-manager.ts';
import { fixedRandom } from '../../harness/fixed-random.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const WHO = { phoneNumber: '5491234567890' as PhoneNumber, whatsappUserId: '5491234567890:1@s.whatsapp.net' };

/** A keeper whose lines say what the test says; `heard` is what it handed on. */
function managerOfConnections() {
  const clock = new ManualClock();
  const connections: ConnectionListener[] = [];
  const heard: string[] = [];
  const hear = (what: string) => () => void heard.push(what);
  const nobody = () => Promise.reject(new Error('not in this test'));
  const manager = new ConnectionManager({
    sessionId: parseSessionId('session_1705312200123_abc123def')!,
    connector: {
      open(_, listener) {
        connections.push(listener);
        return { close: () => Promise.resolve(), logout: () => Promise.resolve() } as Connection;
      },
      isLinked: nobody,
      forget: nobody,
    },
    codeFor: () => undefined,
    connecting: new Semaphore(1),
    ...{ clock, random: fixedRandom(0), supervisor: new Supervisor(silentLogger) },
    listener: {
      ...{ onQr: hear('qr'), onPaired: hear('paired'), onOpen: hear('open'), onMessage: hear('message') },
      onPairingCode: hear('code'),
      ...{
        onDelivery: hear('delivery'),
        onNumbers: hear('numbers'),
        onNote: hear('note'),
        onRestricted: hear('restricted'),
        onClosed: ({ kind }) => void heard.push(kind),
      },
    },
  });
  const open = async (): Promise<ConnectionListener> => {
    manager.open('now');
    await clock.advance(0);
    return connections.at(-1)!;
  };
  return { manager, heard, open };
}

describe('a line that is lost', () => {
  it('cannot say afterwards that it is open, also when no other one follows', async () => {
    const { manager, heard, open } = managerOfConnections();
    const connection = await open();
    connection.onClosed({ kind: 'logged-out' }, 'none');

    connection.onOpen(WHO);
    connection.onClosed({ kind: 'asked' }, 'none');

    expect(heard).toEqual(['logged-out']);
    expect(manager.connection).toBeUndefined();
  });

  it('cannot speak for the one that followed it', async () => {
    const { manager, heard, open } = managerOfConnections();
    const old = await open();
    old.onClosed({ kind: 'restart-required' }, 'none');
    const next = await open();

    old.onOpen(WHO);
    old.onClosed({ kind: 'replaced' }, 'none');
    next.onOpen(WHO);

    expect(heard).toEqual(['restart-required', 'open']);
    expect([manager.connection !== undefined, manager.disconnects.replacements]).toEqual([true, 0]);
  });
});

describe('a line that was stopped', () => {
  it('is not missed: its end is nobody’s loss', async () => {
    const { manager, heard, open } = managerOfConnections();
    const connection = await open();
    await manager.stop();

    connection.onClosed({ kind: 'asked' }, 'none');

    expect([heard, manager.disconnects.inARow]).toEqual([[], 0]);
  });
});
