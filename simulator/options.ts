import { type Addressing } from './world/address.ts';

/** How a simulator is started; everything has a default. */
export interface SimulatorOptions {
  /** The WebSocket's port; any free one without it. */
  port?: number | undefined;
  /** The control server's port, 0 for any free one; without it there is no control server. */
  controlPort?: number | undefined;
  /** The address that both listen on; 127.0.0.1 without it. */
  host?: string | undefined;
  /** The QR refs that a client gets, and how long each can be scanned: 6, 60 s the first, 20 s each next. */
  qr?: { refs?: number | undefined; firstMs?: number | undefined; nextMs?: number | undefined } | undefined;
  /** How phones address 1:1 messages: `lid` without it. */
  addressing?: Addressing | undefined;
  /** The current revision of WhatsApp Web: as new as the Baileys in use without it. */
  clientRevision?: number | undefined;
  /** Milliseconds since the Unix epoch; the machine's clock without it. */
  now?: (() => number) | undefined;
}
