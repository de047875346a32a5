import type { SessionId } from '../../../domain/session-id.ts';
import { sql } from '../sql.ts';
import type { Transaction } from '../transaction.ts';

/** A pending QR callback. */
export interface WaitingQr {
  id: number;
  seq: number;
}

/** The pending QR of the session that the backend cannot have seen. There is never more than one. */
export function unseenQrOf(transaction: Transaction, sessionId: SessionId): Promise<WaitingQr | undefined> {
  return transaction.row<WaitingQr>(
    sql`SELECT id, seq FROM callbacks
        WHERE session_id = ${sessionId} AND state = 'pending' AND kind = 'qr-update' AND NOT maybe_seen FOR UPDATE`,
  );
}

/**
 * Removes that QR, if there is one. Only a QR that the backend cannot have seen may leave: callbacks are delivered in order, so
 * nothing behind it was delivered either, and those may move up by one number.
 */
export async function withdrawQr(transaction: Transaction, sessionId: SessionId): Promise<void> {
  const qr = await unseenQrOf(transaction, sessionId);
  if (qr) await removeQr(transaction, qr, sessionId);
}

/** Call it before an attempt. Returns whether the backend could not have seen the QR until now. */
export async function beginQrAttempt(transaction: Transaction, id: number): Promise<boolean> {
  return (await transaction.run(sql`UPDATE callbacks SET maybe_seen = true WHERE id = ${id} AND NOT maybe_seen`)) === 1;
}

/**
 * The attempt has ended, and the backend has certainly not accepted the QR, which may therefore leave again. It does so now
 * if a newer one, or the removal of its session, has outdated it in the meantime.
 */
export async function qrNotAccepted(transaction: Transaction, qr: WaitingQr, sessionId: SessionId): Promise<void> {
  const newer = await unseenQrOf(transaction, sessionId);
  const session = await transaction.row(sql`SELECT 1 FROM sessions WHERE session_id = ${sessionId}`);
  if (newer ?? !session) await removeQr(transaction, qr, sessionId);
  else await transaction.run(sql`UPDATE callbacks SET maybe_seen = false WHERE id = ${qr.id}`);
}

/** Gives it the last number of its session, after its row has got a new position among those of all sessions. */
export async function moveQrLast(
  transaction: Transaction,
  { id, seq }: WaitingQr,
  sessionId: SessionId,
): Promise<void> {
  await transaction.run(sql`UPDATE callbacks SET seq = 0 WHERE id = ${id}`);
  await closeGap(transaction, sessionId, seq);
  await transaction.run(
    sql`UPDATE callbacks SET seq = (SELECT last_seq FROM sequences WHERE session_id = ${sessionId}) WHERE id = ${id}`,
  );
}

async function removeQr(transaction: Transaction, qr: WaitingQr, sessionId: SessionId): Promise<void> {
  await transaction.run(sql`DELETE FROM callbacks WHERE id = ${qr.id}`);
  await closeGap(transaction, sessionId, qr.seq);
  await transaction.run(sql`UPDATE sequences SET last_seq = last_seq - 1 WHERE session_id = ${sessionId}`);
}

async function closeGap(transaction: Transaction, sessionId: SessionId, seq: number): Promise<void> {
  await transaction.run(sql`UPDATE callbacks SET seq = seq - 1 WHERE session_id = ${sessionId} AND seq > ${seq}`);
  // Subscriptions that have passed it have passed as many behind it as before.
  await transaction.run(
    sql`UPDATE subscription_progress SET seq = seq - 1 WHERE session_id = ${sessionId} AND seq >= ${seq}`,
  );
}
