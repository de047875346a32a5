import type { Timer } from '../../kit/clock.ts';
import type { PhoneNumber } from '../../domain/address.ts';
import type { AppError } from '../../domain/errors.ts';
import type { Passkey } from '../../domain/passkey.ts';
import type { PairingCode, QrCode, SessionPhase } from '../../domain/session.ts';

/**
 * The state of a session. Each carries what is true only in it.
 * - `pairing`: a connection offers QRs; `qr` is missing while the next one is fetched. Entered on creation and after a failed
 *   pairing; left by a scan.
 * - `asking-for-code`: a connection requests a pairing code for this number. Entered on creation, or to link the account again; left
 *   when WhatsApp accepts or refuses it.
 * - `showing-code`: the code can be typed into the phone until `timer` fires or the connection is lost.
 * - `passkey`: the QR was scanned or the code typed, and WhatsApp wants a passkey before it links the device; `by` says which.
 *   Left when the phone links the device; when that fails, as `pairing` or `showing-code` would be.
 * - `code-over`: there is no code, or it can no longer be used, and `why`; the session is about to be removed, or
 *   closed again if its account was linked before.
 * - `linking`: scanned or typed, and perhaps not for the first time; the first login of the new device leaves this state.
 * - `online`: logged in and receiving.
 * - `repairing`: the connection was just lost; nobody outside notices until `timer` fires.
 * - `lost`: the connection is lost and is being repaired, for as long as that takes.
 * - `closed`: over. The credentials are deleted; left when the account is linked again, by a QR of its own or of another session.
 * - `failed`: over until a person restarts it, or until `timer` fires, if there is one.
 * - `stopped`: a person stopped it; left when a person starts it, or when the account is linked again.
 * - `gone`: removed, or the process is ending. Nothing is handled any more.
 */
export type SessionState =
  | { name: 'pairing'; qr: QrCode | undefined }
  | { name: 'asking-for-code'; number: PhoneNumber }
  | { name: 'showing-code'; code: PairingCode; timer: Timer }
  | { name: 'passkey'; by: 'qr' | 'code'; passkey: Passkey }
  | { name: 'code-over'; why: AppError }
  | { name: 'linking' }
  | { name: 'online' }
  | { name: 'repairing'; timer: Timer; why: string | null }
  | { name: 'lost' }
  | { name: 'closed' }
  | { name: 'failed'; timer: Timer | undefined }
  | { name: 'stopped' }
  | { name: 'gone' };

/** The permitted transitions. Any other is a bug of ours, and throws. */
const MAY_FOLLOW: Record<SessionState['name'], readonly SessionState['name'][]> = {
  pairing: ['pairing', 'asking-for-code', 'passkey', 'linking', 'online', 'closed', 'failed', 'gone'],
  'asking-for-code': ['showing-code', 'code-over', 'closed', 'gone'],
  'showing-code': ['passkey', 'linking', 'code-over', 'closed', 'gone'],
  passkey: ['passkey', 'pairing', 'linking', 'code-over', 'failed', 'gone'],
  'code-over': ['pairing', 'asking-for-code', 'closed', 'gone'],
  linking: ['linking', 'pairing', 'online', 'closed', 'failed', 'stopped', 'gone'],
  online: ['online', 'repairing', 'closed', 'failed', 'stopped', 'gone'],
  repairing: ['repairing', 'online', 'lost', 'closed', 'failed', 'stopped', 'gone'],
  lost: ['lost', 'linking', 'online', 'closed', 'failed', 'stopped', 'gone'],
  closed: ['pairing', 'asking-for-code', 'linking', 'gone'],
  failed: ['pairing', 'linking', 'lost', 'online', 'stopped', 'gone'],
  stopped: ['linking', 'lost', 'gone'],
  gone: ['gone'],
};

/** The states of a session that opens no connection by itself. */
export const OVER: ReadonlySet<SessionState['name']> = new Set(['closed', 'failed', 'stopped']);

/** Whether a session may go from one state to the other. */
export function mayFollow(from: SessionState['name'], to: SessionState['name']): boolean {
  return MAY_FOLLOW[from].includes(to);
}

/** The phase under which a state is stored; `gone` never is. */
export function phaseOf(state: Exclude<SessionState, { name: 'gone' }>): SessionPhase {
  const { name } = state;
  if (name === 'passkey') return state.by === 'qr' ? 'pairing' : 'pairing-by-code';
  if (name === 'asking-for-code' || name === 'showing-code' || name === 'code-over') return 'pairing-by-code';
  return name === 'repairing' ? 'online' : name;
}
