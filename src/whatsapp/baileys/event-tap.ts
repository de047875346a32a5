import type { BaileysEventMap, WASocket } from '@whiskeysockets/baileys';

/** Handlers of Baileys' events. */
export type EventTaps = {
  [Name in keyof BaileysEventMap]?: (data: BaileysEventMap[Name]) => void;
};

/**
 * Sees every event where it is emitted, at once and unmerged. Ordinary listeners get events from a buffer that merges, reorders, and
 * drops them when the socket closes. To be called right after the socket is made. Baileys handles each event first, so that
 * credentials are up to date when a tap reads them.
 */
export function tapEvents(socket: WASocket, taps: EventTaps): void {
  const emit = socket.ev.emit.bind(socket.ev);
  socket.ev.emit = (name, data) => {
    const taken = emit(name, data);
    (taps[name] as ((value: typeof data) => void) | undefined)?.(data);
    return taken;
  };
}
