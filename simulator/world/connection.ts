import { type Stanza } from '../kit/stanza.ts';

/** A live connection, as seen by whoever has something to send through it. */
export interface Connection {
  send(stanza: Stanza): void;
  /** Closes the connection after everything that was sent. */
  close(): void;
  /** Cuts the connection, whatever is under way. */
  cut(): void;
}
