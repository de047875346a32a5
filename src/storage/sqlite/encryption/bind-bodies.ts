import type Sqlite from 'better-sqlite3';
import type { EventKind } from '../../../domain/event.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import { bodyWithoutKind, callbackBody } from '../../shared/encryption/cell-address.ts';
import type { Vault } from '../../shared/encryption/vault.ts';
import { SealBrokenError } from '../../shared/errors.ts';

/** The row of `settings` which says that bodies are still encrypted without their kind. */
export const UNBOUND = 'webhooks without kind';
/** The number of rows in memory at once. */
const PAGE_SIZE = 500;

/** A row of `callbacks`. */
interface Row {
  id: number;
  sessionId: SessionId;
  webhookId: string;
  kind: EventKind;
  body: string;
}

/** Binds the bodies of webhooks that an earlier version encrypted to their kind, in one transaction. Later calls change nothing. */
export function bindBodies(sqlite: Sqlite.Database, vault: Vault): void {
  if (!sqlite.prepare('SELECT 1 FROM settings WHERE name = ?').get(UNBOUND)) return;
  const page = sqlite.prepare<[number], Row>(
    `SELECT id, session_id AS sessionId, webhook_id AS webhookId, kind, body FROM callbacks
     WHERE id > ? ORDER BY id LIMIT ${PAGE_SIZE}`,
  );
  const change = sqlite.prepare<[string, number]>('UPDATE callbacks SET body = ? WHERE id = ?');
  const bindAll = sqlite.transaction(() => {
    for (let rows = page.all(0); rows.length > 0; rows = page.all(rows.at(-1)?.id ?? 0)) {
      for (const row of rows) {
        const body = opened(vault, row);
        if (body !== undefined) change.run(vault.seal(callbackBody(row), body), row.id);
      }
    }
    sqlite.prepare('DELETE FROM settings WHERE name = ?').run(UNBOUND);
  });
  bindAll();
}

/** A damaged body stays as it is: whoever reads it sets it aside. */
function opened(vault: Vault, row: Row): string | undefined {
  try {
    return vault.open(bodyWithoutKind(row), row.body);
  } catch (error) {
    if (error instanceof SealBrokenError) return undefined;
    throw error;
  }
}
