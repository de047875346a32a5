import { fileURLToPath } from 'node:url';

/** Where on a message's way a process can be killed; see `preload/kill-points.ts`. */
export type KillPoint =
  /** Decrypted and written down, but not committed. */
  | 'before-journal'
  /** Committed; nothing was said to WhatsApp yet. */
  | 'after-journal'
  /** WhatsApp was told that we have it; there is no callback yet. */
  | 'after-receipt'
  /** The callback is committed, but not posted. */
  | 'after-callback'
  /** The backend has it, which is not written down. */
  | 'after-post';

/** What the process writes when it listens for its message. */
export const ARMED = 'CHAOS armed';
/** What it writes before it dies. */
export const KILLED = 'CHAOS killed';

/** How a process is to die. */
export interface Death {
  point: KillPoint;
  /** How the message is encrypted: `pkmsg`, `msg` or `skmsg`; any, when it is armed from its start. */
  kind: string;
  /** Without waiting for a SIGUSR2. */
  isArmed?: boolean;
  /** The journal swallows what is written into it: to see that it is the journal that saves the messages. */
  withoutJournal?: boolean;
}

/** The environment of a process that is to die so. */
export function dying({ point, kind, isArmed = false, withoutJournal = false }: Death): Record<string, string> {
  const preload = fileURLToPath(new URL('preload/kill-points.ts', import.meta.url));
  return {
    NODE_OPTIONS: `--import=${preload}`,
    CHAOS_POINT: point,
    CHAOS_KIND: kind,
    ...(isArmed && { CHAOS_ARMED: 'true' }),
    ...(withoutJournal && { CHAOS_NO_JOURNAL: 'true' }),
  };
}
