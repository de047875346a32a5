import type { PhoneNumber } from '../../domain/address.ts';
import type { SessionRecord } from '../../domain/session.ts';
import { firstCodeState } from './code-pairing.ts';
import type { StateTimers } from './state-timers.ts';
import type { SessionState } from './states.ts';

/** The state in which a stored session begins; `codeFor` is the number of one that was just created to pair by a code. */
export function initialState(
  { phase, retryAtMs }: SessionRecord,
  codeFor: PhoneNumber | undefined,
  timers: StateTimers,
): SessionState {
  switch (phase) {
    case 'pairing':
      return { name: 'pairing', qr: undefined };
    case 'pairing-by-code':
      return firstCodeState(codeFor);
    case 'online':
      return { name: 'repairing', timer: timers.grace(), why: RESTARTED };
    case 'failed':
      return { name: 'failed', timer: timers.banEnd(retryAtMs) };
    case 'linking':
    case 'lost':
    case 'closed':
    case 'stopped':
      return { name: phase };
  }
}

/** Nothing was lost: the connection ended with the process. */
const RESTARTED = 'The server was restarted';
