import { type WASocket } from '@whiskeysockets/baileys';

/** An exception of one of Baileys' own listeners. */
export interface OutOfBandFailure {
  /** The event that was being handled: `message` for a frame, `CB:…` for a stanza. */
  event: string;
  error: unknown;
  /** Whether the line is as good as before. */
  isHarmless: boolean;
}

type Listener = (...args: unknown[]) => unknown;

/** Frames, stanzas, and the start of the handshake; the other events are those of the WebSocket, which Baileys only passes on. */
const GUARDED = /^(message|open|CB:.*)$/;

/**
 * Nothing is lost with these, so they must not cost the line:
 * - who is writing or online: any contact can send them, and none may be able to cut our line with a malformed one;
 * - "your groups changed": Baileys asks for all groups, and a refusal (429) would only be provoked again by a new line.
 */
const HARMLESS = /^CB:(presence|chatstate|ib,,dirty)$/;

/**
 * Catches what Baileys' own listeners throw, or reject with: unguarded it is an unhandled rejection, which ends the process
 * or, if that is prevented, leaves a line that looks open and is deaf. To be called right after the socket is made, before
 * anybody else listens.
 */
export function guardListeners({ ws }: WASocket, failed: (failure: OutOfBandFailure) => void): void {
  for (const event of ws.eventNames()) {
    if (typeof event !== 'string' || !GUARDED.test(event)) continue;
    const listeners = ws.listeners(event) as Listener[];
    ws.removeAllListeners(event);
    const tell = (error: unknown) => failed({ event, error, isHarmless: HARMLESS.test(event) });
    for (const listener of listeners) ws.on(event, guarded(listener, tell));
  }
}

function guarded(listener: Listener, failed: (error: unknown) => void): Listener {
  return async (...args) => {
    try {
      await listener(...args);
    } catch (error) {
      failed(error);
    }
  };
}
