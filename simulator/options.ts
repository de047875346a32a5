import type { Addressing } from './world/address.ts';

/** Options of {@link startSimulator}; all of them are optional. */
export interface SimulatorOptions {
  /** Port of the WebSocket; any free port by default. */
  port?: number | undefined;
  /** Port of the control server, 0 for any free port; no control server by default. */
  controlPort?: number | undefined;
  /** Address that both listen on; 127.0.0.1 by default. */
  host?: string | undefined;
  /** How many QR refs a client gets (6), and how long the first (60 s) and each further one (20 s) can be scanned. */
  qr?: { refs?: number | undefined; firstMs?: number | undefined; nextMs?: number | undefined } | undefined;
  /** How phones address 1:1 messages; `lid` by default. */
  addressing?: Addressing | undefined;
  /** The current revision of WhatsApp Web; that of the installed Baileys by default. */
  clientRevision?: number | undefined;
  /** How long a client may leave a stanza unacknowledged before its connection is ended; 50 minutes by default. */
  ackTimeoutMs?: number | undefined;
  /** Milliseconds since the Unix epoch; the system clock by default. */
  now?: (() => number) | undefined;
  /** Runs `task` after `delayMs` unless it is cancelled; a timer of the system by default. It measures `ackTimeoutMs`. */
  after?: ((delayMs: number, task: () => void) => { cancel(): void }) | undefined;
}
