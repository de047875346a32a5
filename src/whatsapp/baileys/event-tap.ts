import { type BaileysEventMap, type WASocket } from '@whiskeysockets/baileys';

/** What to do at an event of Baileys. */
export type EventTaps = {
  [Name in keyof BaileysEventMap]?: (data: BaileysEventMap[Name]) => void;
};

/**
 * Sees every event where it is emitted. Baileys' own listeners get them from a buffer which merges, reorders and
 * on a close drops them; wrapping `emit` right after the construction sees each one at once and unmerged.
 * Baileys' own handling comes first, so credentials are already updated when a tap reads them.
 */
export function tapEvents(socket: WASocket, taps: EventTaps): void {
  const emit = socket.ev.emit.bind(socket.ev);
  socket.ev.emit = (name, data) => {
    const taken = emit(name, data);
    (taps[name] as ((value: typeof data) => void) | undefined)?.(data);
    return taken;
  };
}
