import type { BinaryNode, WASocket } from '@whiskeysockets/baileys';
import { takeOwnListeners } from '../baileys/own-listeners.ts';

/**
 * Lets Baileys handle, and so acknowledge, a notification or a call only when what must be stored of it is stored: until then WhatsApp keeps it, and
 * delivers it again at the next login. `storing` returns `undefined` when nothing must be. To be called right after the socket is
 * made, and its listeners are guarded.
 */
export function holdNotifications(socket: WASocket, storing: (stanza: BinaryNode) => Promise<void> | undefined): void {
  for (const tag of ['notification', 'call']) hold(socket, `CB:${tag}`, storing);
}

function hold(socket: WASocket, event: string, storing: (stanza: BinaryNode) => Promise<void> | undefined): void {
  const own = takeOwnListeners<BinaryNode>(socket, event);
  const handle = (stanza: BinaryNode): void => {
    for (const listener of own) listener(stanza);
  };
  socket.ws.on(event, (stanza: BinaryNode) => {
    const stored = storing(stanza);
    if (!stored) {
      handle(stanza);
      return;
    }
    void stored.then(() => {
      if (socket.ws.isOpen) handle(stanza);
    });
  });
}
