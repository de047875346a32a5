import type { WASocket } from '@whiskeysockets/baileys';

/** A listener that Baileys has on its WebSocket. */
export type OwnListener<Data> = (data: Data) => unknown;

/** Removes and returns Baileys' own listeners of an event, so that the caller listens in their place and decides when they run. */
export function takeOwnListeners<Data>({ ws }: WASocket, event: string): OwnListener<Data>[] {
  const own = ws.listeners(event) as OwnListener<Data>[];
  ws.removeAllListeners(event);
  return own;
}
