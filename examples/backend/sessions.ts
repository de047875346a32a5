import { type ClientBase } from 'pg';
import { type NewSessionConnected, type QrUpdate, type StatusUpdate } from '../client/client.ts';
import { type OrchestratorEvent } from './events.ts';

/** How a session is by one event. */
interface State {
  status: string;
  error_message?: string | null;
  last_seen?: string | null;
  qr_data?: string;
}

/** A session has its number: a new account, or one that was scanned again, whose row is taken over. */
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
     -- An older session that is told of late does not take the place of a newer one.
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
  await nowIs(db, event, { status: body.status, last_seen: body.last_seen });
}

/** A session is lost, back, or over. */
export async function sessionStatus(db: ClientBase, event: OrchestratorEvent<StatusUpdate>): Promise<void> {
  const { status, error_message, last_seen } = event.body;
  await nowIs(db, event, { status, error_message, last_seen });
}

/** A session has a QR, the first or the next: the page shows the latest. */
export async function qrUpdate(db: ClientBase, event: OrchestratorEvent<QrUpdate>): Promise<void> {
  await nowIs(db, event, { status: 'connecting', qr_data: event.body.qr_data });
}

/** Keeps how the session is, unless something newer is known; and has its row, if it has one, say the same. */
async function nowIs(db: ClientBase, { body, seq }: OrchestratorEvent, state: State): Promise<void> {
  const { session_id } = body;
  await db.query(
    `INSERT INTO whatsapp_session_states (session_id, status, error_message, last_seen, qr_data, seq)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (session_id) DO UPDATE SET status = EXCLUDED.status, error_message = EXCLUDED.error_message,
       last_seen = EXCLUDED.last_seen, qr_data = EXCLUDED.qr_data, seq = EXCLUDED.seq
     WHERE whatsapp_session_states.seq <= EXCLUDED.seq`,
    [session_id, state.status, state.error_message, state.last_seen, state.qr_data, seq],
  );
  await db.query(
    `UPDATE whatsapp_sessions AS it SET status = latest.status, last_seen = COALESCE(latest.last_seen, it.last_seen),
       updated_at = now()
     FROM whatsapp_session_states AS latest WHERE it.session_id = $1 AND latest.session_id = $1`,
    [session_id],
  );
}
