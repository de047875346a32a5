import { type Timer } from '../kit/clock.ts';
import { type QrCode, type SessionPhase } from '../domain/session.ts';

/**
 * Where a session is in its life. Each state carries what is true only in it.
 * - `pairing`: a line offers codes to scan; `qr` is missing while the next offer is being fetched. Entered at the
 *   creation and after a failed pairing; left by a scan.
 * - `linking`: scanned, and the first login is being made. Left by the login.
 * - `online`: logged in and receiving.
 * - `repairing`: the line was lost a moment ago, which nobody outside sees until `timer` runs out.
 * - `lost`: the line is lost, and is being repaired for as long as it takes.
 * - `closed`: over. The credentials are forgotten; a new QR is needed.
 * - `failed`: over until a person acts and restarts it; with a `timer` it comes back by itself then.
 * - `gone`: removed, or the process is ending. Nothing is done any more.
 */
export type SessionState =
  | { name: 'pairing'; qr: QrCode | undefined }
  | { name: 'linking' }
  | { name: 'online' }
  | { name: 'repairing'; timer: Timer; why: string | null }
  | { name: 'lost' }
  | { name: 'closed' }
  | { name: 'failed'; timer: Timer | undefined }
  | { name: 'gone' };

/** What may follow what. Everything else is a defect of ours and is refused. */
const MAY_FOLLOW: Record<SessionState['name'], readonly SessionState['name'][]> = {
  pairing: ['pairing', 'linking', 'online', 'failed', 'gone'],
  linking: ['linking', 'pairing', 'online', 'closed', 'failed', 'gone'],
  online: ['online', 'repairing', 'closed', 'failed', 'gone'],
  repairing: ['repairing', 'online', 'lost', 'closed', 'failed', 'gone'],
  lost: ['lost', 'online', 'closed', 'failed', 'gone'],
  closed: ['gone'],
  failed: ['pairing', 'linking', 'lost', 'online', 'gone'],
  gone: ['gone'],
};

/** Whether a session may go from one state to the other. */
export function mayFollow(from: SessionState['name'], to: SessionState['name']): boolean {
  return MAY_FOLLOW[from].includes(to);
}

/** The phase under which a state is stored; `gone` is stored by nobody. */
export function phaseOf(name: Exclude<SessionState['name'], 'gone'>): SessionPhase {
  return name === 'repairing' ? 'online' : name;
}
