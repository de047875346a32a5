import type { Stanza } from '../kit/stanza.ts';

/** A live connection to a client, as the world sees it. */
export interface Connection {
  send(stanza: Stanza): void;
  /** Closes the connection after everything sent so far. */
  close(): void;
  /** Cuts the connection immediately. */
  cut(): void;
}
