import { ANA, BEA, startStorage, statusUpdate, testFolder } from '../../contracts/storage/support.ts';
import { sqliteIn } from '../../contracts/storage/implementations.ts';
import { tamper } from '../../harness/sqlite-file.ts';

const MANY = 50_000;

it('very many waiting webhooks are counted now and then, and their sessions found without reading them', async () => {
  const folder = await testFolder();
  await using db = await startStorage(sqliteIn(folder, null));
  await db.storage[Symbol.asyncDispose]();
  tamper(folder, (sqlite) => {
    sqlite.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MANY})
      INSERT INTO callbacks (webhook_id, session_id, seq, position, kind, body, created_at_ms)
        SELECT 'w' || i, iif(i % 2, '${BEA}', '${ANA}'), i, i, 'status-update', '{}', i FROM n`);
  });
  await db.reopen();
  const counts = () => db.storage.callbacks.counts(db.clock.now());

  // BEA's oldest is older than ANA's.
  expect(await db.storage.callbacks.sessionsWithPending()).toEqual([BEA, ANA]);
  expect((await counts()).pending).toBe(MANY);
  await db.commit(statusUpdate(ANA, 'one more'));
  expect((await counts()).pending).toBe(MANY);
  await db.clock.advance(MANY / 100);
  expect((await counts()).pending).toBe(MANY + 1);
});
