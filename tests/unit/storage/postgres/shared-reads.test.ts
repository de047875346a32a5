import { mock } from 'node:test';
import pg from 'pg';
import { Secret } from '../../../../src/kit/secret.ts';
import { systemClock } from '../../../../src/kit/clock.ts';
import type { SessionId } from '../../../../src/domain/session-id.ts';
import type { Storage } from '../../../../src/ports/storage.ts';
import { openPostgres } from '../../../../src/storage/postgres/open.ts';
import { MASTER_KEY } from '../../../contracts/storage/implementations.ts';
import { ANA, BEA, record } from '../../../contracts/storage/support.ts';
import { emptyPostgresUrl } from '../../../harness/shared-postgres.ts';

const NOBODY = 'session_3_nobody' as SessionId;

/** What a session reads at its login. */
function login({ sessions, signalKeys, journal, awaitedNumbers }: Storage, sessionId: SessionId) {
  return Promise.all([
    signalKeys.credentials(sessionId),
    signalKeys.get(sessionId, 'session', ['1', '2']).then(Object.fromEntries),
    signalKeys.get(sessionId, 'pre-key', ['1']).then(Object.fromEntries),
    journal.leftOver(sessionId).then((entries) => entries.map(({ plaintext }) => String(plaintext))),
    awaitedNumbers.of(sessionId),
    sessions.routeOf(sessionId).then(({ proxy }) => (proxy instanceof Secret ? proxy.reveal() : proxy)),
  ]);
}

async function store({ sessions, signalKeys }: Storage, sessionId: SessionId): Promise<void> {
  const entry = { ciphertextHash: Buffer.from(sessionId), messageKey: 'key' as never, delivery: 'd', parts: 1 };
  await sessions.create(record(sessionId), NOTE, LIMITS, new Secret(`socks5://${sessionId}`));
  await signalKeys.saveCredentials(sessionId, `credentials of ${sessionId}`);
  await signalKeys.set(sessionId, [{ type: 'session', id: '2', value: `ratchet of ${sessionId}` }], {
    ...entry,
    attrs: {},
    plaintext: Buffer.from(`text to ${sessionId}`),
  });
}

const readBy = (sessionId: SessionId) => [
  `credentials of ${sessionId}`,
  { 2: `ratchet of ${sessionId}` },
  {},
  [`text to ${sessionId}`],
  [],
  `socks5://${sessionId}`,
];
const NOTE = { atMs: 1, what: 'created', why: null } as const;
const LIMITS = { maxSessions: 0, maxPendingSessions: 9 };

it('sessions that log in at once read together, each its own', async () => {
  await using storage = await openPostgres(await emptyPostgresUrl(), { clock: systemClock, masterKey: MASTER_KEY });
  for (const sessionId of [ANA, BEA]) await store(storage, sessionId);
  const { mock: querying } = mock.method(pg.Client.prototype, 'query');

  const read = await Promise.all([ANA, NOBODY, BEA].map((sessionId) => login(storage, sessionId)));

  const statements = querying.calls.map(({ arguments: [statement] }) => (statement as unknown as pg.QueryConfig).text);
  querying.restore();
  expect(read).toEqual([readBy(ANA), [undefined, {}, {}, [], [], undefined], readBy(BEA)]);
  expect(
    statements.filter((text) => /FROM (credentials|journal|awaited_numbers|session_profiles)|signal_keys/.test(text)),
  ).toHaveLength(5);
});

it('a key is read as it was last written, before that is committed', async () => {
  await using storage = await openPostgres(await emptyPostgresUrl(), { clock: systemClock, masterKey: MASTER_KEY });
  const { signalKeys } = storage;
  const written = signalKeys.set(ANA, [{ type: 'session', id: '1', value: 'a' }]);
  const [first, other] = [signalKeys.get(ANA, 'session', ['1']), signalKeys.get(BEA, 'session', ['1'])];
  const changed = signalKeys.set(ANA, [{ type: 'session', id: '1', value: 'b' }]);

  expect([...(await first).keys(), ...(await other).keys()]).toEqual(['1']);
  expect(await signalKeys.get(ANA, 'session', ['1'])).toEqual(new Map([['1', 'b']]));
  await Promise.all([written, changed]);
});
