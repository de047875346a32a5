import type { WatchdogDeps } from './watchdog.ts';

/** How long the server may take to close its side. */
const CLOSE_LIMIT_MS = 3_000;

/** The socket of `ws` below Baileys, which Baileys' types do not expose. */
interface RawSocket {
  terminate(): void;
}

/** Cuts the connection now: what is not written yet never leaves. */
export function cut({ ws }: WatchdogDeps['socket']): void {
  (ws as unknown as { socket: RawSocket | null }).socket?.terminate();
}

/**
 * Cuts the connection when the server does not close it in time. Even when Baileys ends a dead connection by itself, it
 * waits for the server's close frame, and `ws` below it for 30 s; only then would it report the connection as lost.
 */
export function watchClose({ socket, clock }: Pick<WatchdogDeps, 'socket' | 'clock'>): void {
  const { ws } = socket;
  const close = ws.close.bind(ws);
  ws.close = () => {
    const limit = clock.after(CLOSE_LIMIT_MS, () => cut(socket));
    return close().finally(() => limit.cancel());
  };
}
