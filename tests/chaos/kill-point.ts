import { fileURLToPath } from 'node:url';

/** The points on a message's path at which a process can be killed; see `preload/kill-points.ts`. */
export type KillPoint =
  /** Decrypted and written to the journal, but not committed. */
  | 'before-journal'
  /** The callback is written in the same transaction; WhatsApp must not have the receipt. */
  | 'before-commit'
  /** Committed; no receipt has left yet. */
  | 'after-journal'
  /** The receipt has left. The callback is stored, too, unless something had to be asked for it. */
  | 'after-receipt'
  /** The callback is committed but not posted. */
  | 'after-callback'
  /** The backend has it, but that is not recorded. */
  | 'after-post';

/** Written by the process when it waits for its message. */
export const ARMED = 'CHAOS armed';
/** Written by the process before it kills itself. */
export const KILLED = 'CHAOS killed';

/** How and when a process kills itself. */
export interface KillPlan {
  point: KillPoint;
  /** The encryption of the message: `pkmsg`, `msg` or `skmsg`; ignored when armed from the start. */
  kind: string;
  /** Armed from the start, without waiting for SIGUSR2. */
  isArmed?: boolean;
  /** Discards what is written to the journal, to prove that the journal is what saves the messages. */
  withoutJournal?: boolean;
}

/** The environment of a process that kills itself as planned. */
export function killPlan({ point, kind, isArmed = false, withoutJournal = false }: KillPlan): Record<string, string> {
  const preload = fileURLToPath(new URL('preload/kill-points.ts', import.meta.url));
  return {
    NODE_OPTIONS: `--import=${preload}`,
    CHAOS_POINT: point,
    CHAOS_KIND: kind,
    ...(isArmed && { CHAOS_ARMED: 'true' }),
    ...(withoutJournal && { CHAOS_NO_JOURNAL: 'true' }),
  };
}
