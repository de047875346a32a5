import type { WASocket } from '@whiskeysockets/baileys';

type Socket = Pick<WASocket, 'ws'>;

/** The sockets on which the server has sent a stanza. */
const pastHandshake = new WeakSet<Socket['ws']>();

/** Notes when the handshake of a connection is over. To be called right after the socket is made. */
export function watchHandshake({ ws }: Socket): void {
  const note = (frame: unknown): void => {
    // Frames of the handshake are bytes, all later ones stanzas.
    if (frame instanceof Uint8Array) return;
    pastHandshake.add(ws);
    ws.off('frame', note);
  };
  ws.on('frame', note);
}

/**
 * Whether stanzas may be sent. Baileys sends them as soon as the WebSocket is open: during the handshake without encryption, and the
 * server closes the connection because of it.
 */
export function canSend({ ws }: Socket): boolean {
  return ws.isOpen && pastHandshake.has(ws);
}
