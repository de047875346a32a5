import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tamper } from '../../../../harness/sqlite-file.ts';
import { type Stage, waitFor } from '../../../stage.ts';
import type { Act } from '../act.ts';
import { untilOrdinaryConnected } from './own-account.ts';

/** Rows of each of four tables, for each time. */
const ROWS = 750;
/** The longest that `GET /health` may take meanwhile, on a machine that does other things too. */
const SLOWEST_MS = 1_500;

/** The share of the space that may stay in the file: 4 MiB are kept, to be used again. */
const KEPT = 0.75;

/** Runs the hourly tasks on SIGUSR2. */
const PRELOAD = fileURLToPath(new URL('../../../preload/housekeeping.ts', import.meta.url));

/** Rows by the hundred thousand outlive their retention at once. */
export const PRUNING: Act = {
  name: 'a large pruning',
  isLong: true,
  async play(scene) {
    const { stage, size } = scene;
    await stage.process.end();
    const usual = await bytesOf(stage);
    const rows = 4 * addOldRows(stage, size.times * ROWS);
    const added = (await bytesOf(stage)) - usual;
    const isGivenBack = async () => (await bytesOf(stage)) <= usual + added * KEPT;
    await stage.start({ NODE_OPTIONS: `--import=${PRELOAD}` });
    await untilOrdinaryConnected(scene);
    stage.process.signal('SIGUSR2');
    let slowestMs = 0;
    await waitFor(async () => {
      const begin = performance.now();
      await stage.process.get('/health');
      slowestMs = Math.max(slowestMs, performance.now() - begin);
      return isGivenBack();
    }, size.patienceMs);
    const slowest = `${Math.round(slowestMs)} ms`;
    return {
      figure: `${rows} rows pruned, ${Math.round(added / 2 ** 20)} MiB; the slowest GET /health meanwhile took ${slowest}`,
      problems: [
        ...((await isGivenBack()) ? [] : ['their space was not given back']),
        ...(slowestMs < SLOWEST_MS ? [] : [`GET /health took ${slowest}`]),
      ],
    };
  },
};

async function bytesOf(stage: Stage): Promise<number> {
  return (await stat(join(stage.environment.AUTH_DIR!, 'orchestrator.db'))).size;
}

/** Adds as many rows to each of four tables as if they had been there for decades. Their session does not exist. */
function addOldRows(stage: Stage, rows: number): number {
  tamper(stage.environment.AUTH_DIR!, (sqlite) => {
    const many = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})`;
    // Negative numbers: those of real events do not change.
    sqlite.exec(`BEGIN;
      ${many} INSERT INTO callbacks (id, webhook_id, session_id, seq, position, kind, body, created_at_ms, state, settled_at_ms)
        SELECT -i, 'w' || i, 'gone', -i, -i, 'status-update', printf('%.500c', '{'), i, 'delivered', i FROM n;
      ${many} INSERT INTO sent_messages SELECT 'gone', 'M' || i, '1@lid', NULL, zeroblob(500), 'sent', i FROM n;
      ${many} INSERT INTO idempotency SELECT 'scope', 'k' || i, '', 200, '', i FROM n;
      ${many} INSERT INTO journal (id, session_id, ciphertext_hash, message_key, delivery, parts, attrs, plaintext,
          created_at_ms, handled_at_ms)
        SELECT -i, 'gone', CAST(i AS BLOB), 'k', 'd' || i, 1, '{}', zeroblob(200), i, i FROM n;
      COMMIT; PRAGMA wal_checkpoint(TRUNCATE)`);
  });
  return rows;
}
