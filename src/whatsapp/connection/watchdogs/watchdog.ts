import type { WASocket } from '@whiskeysockets/baileys';
import type { Clock } from '../../../kit/clock.ts';

/** Dependencies of a watchdog. */
export interface WatchdogDeps {
  socket: WASocket;
  /** Its timers end with the connection. */
  clock: Clock;
  /** Call it when the connection is useless: it is closed for this reason, and a new one follows. */
  giveUp: (error: Error) => void;
  /** Call it when something was repaired and the connection goes on; `why` is one sentence for people. */
  note: (why: string) => void;
  /** `WhatsAppSettings.connectTimeoutMs`. */
  connectTimeoutMs?: number | undefined;
}
