import { type WatchdogDeps } from './watchdog.ts';

/** How long the other end may take to close its side. */
const CLOSE_LIMIT_MS = 3_000;

/** The part of `ws` below Baileys that its own type does not show. */
interface RawSocket {
  terminate(): void;
}

/** Cuts the connection now: nothing that was not written yet leaves any more. */
export function cut({ ws }: WatchdogDeps['socket']): void {
  (ws as unknown as { socket: RawSocket | null }).socket?.terminate();
}

/**
 * Cuts the connection when the other end does not close it in time. Baileys, also when it ends a dead line by itself, waits
 * for the closing word of the other end, and `ws` below it for 30 s; only then would anybody hear that the line is lost.
 */
export function watchClose({ socket, clock }: Pick<WatchdogDeps, 'socket' | 'clock'>): void {
  const { ws } = socket;
  const close = ws.close.bind(ws);
  ws.close = () => {
    const limit = clock.after(CLOSE_LIMIT_MS, () => cut(socket));
    return close().finally(() => limit.cancel());
  };
}
