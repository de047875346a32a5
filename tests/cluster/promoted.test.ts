import { systemClock } from '../../src/kit/clock.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { openPostgres } from '../../src/storage/postgres/open.ts';
import { TestDatabase } from '../harness/postgres.ts';
import { TcpRelay } from '../harness/tcp-relay.ts';
import { untilTrue } from '../harness/until.ts';

/** The storage of a process that reaches the primary at an address of its own, as with an operator's `-rw` service. */
async function storageBehind(relay: TcpRelay, { url }: TestDatabase): Promise<Storage> {
  const address = new URL(url);
  address.port = String(relay.port);
  return openPostgres(address.href, { clock: systemClock, masterKey: null, durability: 'replicated' });
}

it('what a standby is asked before it is promoted, and an old primary after that, is done by the new one', async () => {
  await using primary = await TestDatabase.start();
  await using standby = await primary.standby();
  await using relay = await TcpRelay.start(primary.port);
  const leadTo = ({ port }: TestDatabase): void => {
    relay.pointAt(port);
    relay.cut();
  };
  await using storage = await storageBehind(relay, primary);
  await storage.settings.set('x', '1');
  expect(await storage.settings.get('x')).toBe('1');

  leadTo(standby);
  await expect(storage.settings.get('x')).rejects.toMatchObject({ code: 'storage_unavailable' });
  const written = storage.settings.set('x', '2');
  await primary.kill();
  await standby.promote();
  await written;
  expect(await storage.settings.get('x')).toBe('2');

  await primary.startAgain();
  leadTo(primary);
  const last = storage.settings.set('x', '3');
  // It has stored it, and waits for a standby.
  await untilTrue(async () => {
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND application_name LIKE 'whatsapp%'`;
    return (await primary.pool.query(waiting)).rowCount === 1;
  });
  leadTo(standby);
  await last;
  const { rows } = await standby.pool.query(
    `SELECT convert_from(value, 'UTF8') AS value FROM settings WHERE name = 'x'`,
  );
  expect(rows).toEqual([{ value: '3' }]);
}, 60_000);
