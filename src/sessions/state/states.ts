import { type Timer } from '../../kit/clock.ts';
import { type PhoneNumber } from '../../domain/address.ts';
import { type AppError } from '../../domain/errors.ts';
import { type PairingCode, type QrCode, type SessionPhase } from '../../domain/session.ts';

/**
 * Where a session is in its life. Each state carries what is true only in it.
 * - `pairing`: a line offers codes to scan; `qr` is missing while the next offer is being fetched. Entered at the
 *   creation and after a failed pairing; left by a scan.
 * - `asking-for-code`: a line asks WhatsApp to take a code for this number. Entered at the creation; left when it did, or
 *   refused.
 * - `showing-code`: the code can be typed into the phone, until `timer` runs out or the line is lost. Left by that.
 * - `code-over`: there is no code, or not any more, and `why`; the session is about to be removed.
 * - `linking`: scanned or typed, and the first login is being made. Left by the login.
 * - `online`: logged in and receiving.
 * - `repairing`: the line was lost a moment ago, which nobody outside sees until `timer` runs out.
 * - `lost`: the line is lost, and is being repaired for as long as it takes.
 * - `closed`: over. The credentials are forgotten; a new QR is needed.
 * - `failed`: over until a person acts and restarts it; with a `timer` it comes back by itself then.
 * - `gone`: removed, or the process is ending. Nothing is done any more.
 */
export type SessionState =
  | { name: 'pairing'; qr: QrCode | undefined }
  | { name: 'asking-for-code'; number: PhoneNumber }
  | { name: 'showing-code'; code: PairingCode; timer: Timer }
  | { name: 'code-over'; why: AppError }
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
  'asking-for-code': ['showing-code', 'code-over', 'gone'],
  'showing-code': ['linking', 'code-over', 'gone'],
  'code-over': ['gone'],
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
  if (name === 'asking-for-code' || name === 'showing-code' || name === 'code-over') return 'pairing-by-code';
  return name === 'repairing' ? 'online' : name;
}
