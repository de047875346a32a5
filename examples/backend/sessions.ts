import type { ClientBase } from 'pg';
import type { NewSessionConnected, QrUpdate, StatusUpdate } from '../client/client.ts';
import type { OrchestratorEvent } from './events.ts';

/** The state of a session according to one event. */
interface State {
  status: string;
  error_message?: string | null;
  last_seen?: string | null;
}

/** Stores the account of a session. An account that was linked before keeps its row, now with the new session. */
export async function sessionConnected(db: ClientBase, event: OrchestratorEvent<NewSessionConnected>): Promise<void> {
  const { body } = event;
  await db.query(
    `INSERT INTO whatsapp_sessions (session_id, phone_number, status, last_seen, auth_folder_path, server_port,
       whatsapp_user_id, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (phone_number) DO UPDATE SET session_id = EXCLUDED.session_id, status = EXCLUDED.status,
       last_seen = EXCLUDED.last_seen, auth_folder_path = EXCLUDED.auth_folder_path,
       server_port = EXCLUDED.server_port, whatsapp_user_id = EXCLUDED.whatsapp_user_id,
       created_at = EXCLUDED.created_at, updated_at = EXCLUDED.updated_at
     -- A late event of an older session does not replace a newer one.
     WHERE whatsapp_sessions.created_at <= EXCLUDED.created_at`,
    [
      body.session_id,
      body.phone_number,
      body.status,
      body.last_seen,
      body.auth_folder_path,
      body.server_port,
      body.whatsapp_user_id,
      body.created_at,
      body.updated_at,
    ],
  );
  await saveState(db, event, { status: body.status, last_seen: body.last_seen });
}

/** Stores the status of a session. */
export async function sessionStatus(db: ClientBase, event: OrchestratorEvent<StatusUpdate>): Promise<void> {
  const { status, error_message, last_seen } = event.body;
  await saveState(db, event, { status, error_message, last_seen });
}

/** A session waits for its QR to be scanned. The page has the QR from the orchestrator; `qr_data` is for backends that show it. */
export async function qrUpdate(db: ClientBase, event: OrchestratorEvent<QrUpdate>): Promise<void> {
  await saveState(db, event, { status: 'connecting' });
}

/** Stores the state of a session, unless a newer one is known, and copies it to the account of the session, if it has one. */
async function saveState(db: ClientBase, { body, seq }: OrchestratorEvent, state: State): Promise<void> {
  const { session_id } = body;
  await db.query(
    `INSERT INTO whatsapp_session_states (session_id, status, error_message, last_seen, seq)
     VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (session_id) DO UPDATE SET status = EXCLUDED.status, error_message = EXCLUDED.error_message,
       last_seen = EXCLUDED.last_seen, seq = EXCLUDED.seq
     WHERE whatsapp_session_states.seq <= EXCLUDED.seq`,
    [session_id, state.status, state.error_message, state.last_seen, seq],
  );
  await db.query(
    `UPDATE whatsapp_sessions AS it SET status = latest.status, last_seen = COALESCE(latest.last_seen, it.last_seen),
       updated_at = now()
     FROM whatsapp_session_states AS latest WHERE it.session_id = $1 AND latest.session_id = $1`,
    [session_id],
  );
}
