import { type WASocket } from '@whiskeysockets/baileys';
import { type Clock } from '../../../kit/clock.ts';

/** What a watchdog works with. */
export interface WatchdogDeps {
  socket: WASocket;
  /** Its timers end with the line. */
  clock: Clock;
  /** The line is of no use any more: it is closed for this reason, and a new one follows. */
  giveUp: (error: Error) => void;
  /** Something had to be done about the line, which goes on; one sentence for people. */
  note: (why: string) => void;
  /** See the settings. */
  connectTimeoutMs?: number | undefined;
}
