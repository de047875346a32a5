import { Boom } from '@hapi/boom';
import { closeReason } from '../../../src/whatsapp/disconnect.ts';

function boom(message: string, statusCode: number, data?: unknown): Boom {
  return new Boom(message, { statusCode, data });
}

describe('why a paired line closed', () => {
  it.each<[string, unknown, object]>([
    ['515', boom('Stream Errored (restart required)', 515), { kind: 'restart-required' }],
    ['428', boom('Connection Terminated', 428), { kind: 'connection-lost', detail: 'Connection Terminated (428)' }],
    ['408', boom('Connection was lost', 408), { kind: 'connection-lost', detail: 'Connection was lost (408)' }],
    ['503', boom('Stream Errored (503)', 503), { kind: 'connection-lost', detail: 'Stream Errored (503) (503)' }],
    ['500', boom('Stream Errored (ack)', 500), { kind: 'connection-lost', detail: 'Stream Errored (ack) (500)' }],
    ['401', boom('Stream Errored (conflict)', 401), { kind: 'logged-out' }],
    [
      '402',
      boom('Connection Failure', 402, { expire: '3600' }),
      { kind: 'temporarily-banned', expiresInSeconds: 3600 },
    ],
    ['402 bare', boom('Connection Failure', 402, {}), { kind: 'temporarily-banned', expiresInSeconds: null }],
    ['403', boom('Connection Failure', 403), { kind: 'forbidden', code: 403 }],
    ['405', boom('Connection Failure', 405), { kind: 'client-outdated' }],
    ['406', boom('Connection Failure', 406), { kind: 'forbidden', code: 406 }],
    ['409', boom('Connection Failure', 409), { kind: 'refused', code: 409 }],
    ['400', boom('noise certificate issuer serial mismatch', 400), { kind: 'refused', code: 400 }],
    ['411', boom('Multi-device beta not joined', 411), { kind: 'multi-device-missing' }],
    ['440', boom('Stream Errored (conflict)', 440), { kind: 'replaced' }],
    ['an unknown code', boom('Odd', 599), { kind: 'connection-lost', detail: 'Odd (599)' }],
    ['a plain error', new Error('bad frame'), { kind: 'connection-lost', detail: 'bad frame' }],
    ['nothing', undefined, { kind: 'connection-lost', detail: 'no reason given' }],
  ])('%s', (_, error, reason) => {
    expect(closeReason({ paired: true, error })).toEqual(reason);
  });
});

describe('why a line that offered a QR closed', () => {
  it('nobody scanned any of its codes', () => {
    expect(closeReason({ paired: false, error: boom('QR refs attempts ended', 408) })).toEqual({
      kind: 'qr-exhausted',
    });
  });

  it.each([401, 500])('the pairing itself was wrong: %d', (code) => {
    expect(closeReason({ paired: false, error: boom('Invalid account signature', code) })).toEqual({
      kind: 'pairing-failed',
      detail: 'Invalid account signature',
    });
  });

  it('the network was away, which says nothing of the pairing', () => {
    expect(closeReason({ paired: false, error: boom('Connection Terminated', 428) }).kind).toBe('connection-lost');
  });
});
