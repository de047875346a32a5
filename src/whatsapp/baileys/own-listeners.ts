import { type WASocket } from '@whiskeysockets/baileys';

/** What Baileys does at an event of its WebSocket. */
export type OwnListener<Data> = (data: Data) => unknown;

/**
 * Takes the listeners that Baileys itself has for the event away from it, for somebody who listens in their place and calls
 * them when, and if, it is right.
 */
export function takeOwnListeners<Data>({ ws }: WASocket, event: string): OwnListener<Data>[] {
  const own = ws.listeners(event) as OwnListener<Data>[];
  ws.removeAllListeners(event);
  return own;
}
