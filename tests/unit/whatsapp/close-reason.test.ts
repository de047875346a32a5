import { Boom } from '@hapi/boom';
import {
  BrokenConnectionError,
  SilentConnectionError,
} from '../../../src/whatsapp/connection/watchdogs/connection-errors.ts';
import { closeCode, closeReason } from '../../../src/whatsapp/connection/close-reason.ts';

function boom(message: string, statusCode: number, data?: unknown): Boom {
  return new Boom(message, { statusCode, data });
}

describe('why a paired connection closed', () => {
  it.each<[string, unknown, object]>([
    ['515', boom('Stream Errored (restart required)', 515), { kind: 'restart-required' }],
    ['428', boom('Connection Terminated', 428), { kind: 'connection-lost', detail: 'Connection Terminated (428)' }],
    ['408', boom('Connection was lost', 408), { kind: 'connection-lost', detail: 'Connection was lost (408)' }],
    ['501', boom('Stream Errored (501)', 501), { kind: 'connection-lost', detail: 'Stream Errored (501) (501)' }],
    ['503', boom('Stream Errored (503)', 503), { kind: 'unavailable' }],
    ['516', boom('Stream Errored (516)', 516), { kind: 'connection-lost', detail: 'Stream Errored (516) (516)' }],
    ['408 of the handshake', boom('Timed Out', 408), { kind: 'connection-lost', detail: 'Timed Out (408)' }],
    ['500', boom('Stream Errored (ack)', 500), { kind: 'connection-lost', detail: 'Stream Errored (ack) (500)' }],
    ['401', boom('Stream Errored (conflict)', 401), { kind: 'logged-out' }],
    [
      '402',
      boom('Connection Failure', 402, { expire: '3600' }),
      { kind: 'temporarily-banned', expiresInSeconds: 3600 },
    ],
    ['402 bare', boom('Connection Failure', 402, {}), { kind: 'temporarily-banned', expiresInSeconds: null }],
    ['403', boom('Connection Failure', 403), { kind: 'forbidden', code: 403 }],
    ['405', boom('Connection Failure', 405), { kind: 'client-outdated', next: 'none' }],
    ['406', boom('Connection Failure', 406), { kind: 'forbidden', code: 406 }],
    ['401 failure', boom('Connection Failure', 401), { kind: 'logged-out' }],
    ['409', boom('Connection Failure', 409), { kind: 'refused', code: 409 }],
    ['400', boom('noise certificate issuer serial mismatch', 400), { kind: 'refused', code: 400 }],
    ...[413, 414, 415, 418].map((code): [string, unknown, object] => [
      String(code),
      boom('Connection Failure', code),
      { kind: 'refused', code },
    ]),
    ['411', boom('Multi-device beta not joined', 411), { kind: 'multi-device-missing' }],
    ['440', boom('Stream Errored (conflict)', 440), { kind: 'replaced' }],
    ['an unknown code', boom('Odd', 599), { kind: 'connection-lost', detail: 'Odd (599)' }],
    ['a plain error', new Error('bad frame'), { kind: 'connection-lost', detail: 'bad frame' }],
    ['a silent connection', new SilentConnectionError(), { kind: 'silent' }],
    ['a broken connection', new BrokenConnectionError('It hangs'), { kind: 'broken', detail: 'It hangs' }],
    ['nothing', undefined, { kind: 'connection-lost', detail: 'no reason given' }],
  ])('%s', (_, error, reason) => {
    expect(closeReason({ paired: true, error })).toEqual(reason);
  });
});

/** As Baileys passes on what Node says of a socket; TLS has no code of its own there, and gets that of a failed pairing. */
const webSocketError = (cause: object, code = 408) =>
  boom('WebSocket Error ()', code, Object.assign(new Error('…'), cause));

it.each<[string, object, object]>([
  ['a name', { syscall: 'getaddrinfo', code: 'EAI_AGAIN', hostname: 'web.whatsapp.com' }, { unreachable: 'dns' }],
  ['a port', { syscall: 'connect', code: 'ECONNREFUSED', address: '::1', port: 443 }, { unreachable: 'refused' }],
  ['a host', { syscall: 'connect', code: 'ENETUNREACH', address: '::1', port: 443 }, { unreachable: 'network' }],
  ['a silence', { syscall: 'connect', code: 'ETIMEDOUT', address: '::1', port: 443 }, { unreachable: 'timeout' }],
  ['a certificate', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, { unreachable: 'tls' }],
  ['a line that was there', { syscall: 'read', code: 'ECONNRESET' }, { detail: 'WebSocket Error () (408)' }],
])('says what a connection failed at that WhatsApp did not close: %s', (_, cause, told) => {
  const reason = closeReason({ paired: false, error: webSocketError(cause, 'syscall' in cause ? 408 : 500) });
  expect(reason).toMatchObject({ kind: 'connection-lost', ...told });
  expect('unreachable' in reason).toBe('unreachable' in told);
});

it('of several addresses that refuse, says the first one', () => {
  const cause = (address: string) =>
    Object.assign(new Error('…'), { syscall: 'connect', code: 'ECONNREFUSED', address, port: 443 });
  const error = boom('WebSocket Error ()', 408, new AggregateError([cause('10.0.0.1'), cause('10.0.0.2')]));
  expect(closeReason({ paired: true, error })).toMatchObject({
    detail: expect.stringContaining('10.0.0.1:443') as string,
  });
});

describe('why a connection that offered a QR closed', () => {
  it('nobody scanned any of its QRs', () => {
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

  it('the network failed, which says nothing about the pairing', () => {
    expect(closeReason({ paired: false, error: boom('Connection Terminated', 428) }).kind).toBe('connection-lost');
  });
});

it.each([
  ['428', boom('Connection Terminated', 428)],
  ['515', boom('Stream Errored (restart required)', 515)],
  // A server may send any number: one label for all of them.
  ['other', boom('Stream Errored (599)', 599)],
  ['none', new BrokenConnectionError('It hangs')],
  ['none', undefined],
])('a closed connection is counted by its code, here "%s"', (code, error) => {
  expect(closeCode(error)).toBe(code);
});
