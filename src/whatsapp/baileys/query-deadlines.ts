import type { WASocket } from '@whiskeysockets/baileys';
import type { Clock, Timer } from '../../kit/clock.ts';

/** How long a query waits for its answer. */
const LIMIT_MS = 30_000;
/** Baileys emits the answer to a query under this name, with the id of the query. */
const ANSWER = 'TAG:';

/**
 * Ends queries that are not answered, in place of Baileys (`defaultQueryTimeoutMs`): its own limit takes two stacks, an error and a
 * timer for each query, more than the query itself. As there, the query then resolves with `undefined`. One timer does for all
 * queries of a connection, and there is none while no query is under way. Call it right after the socket is made.
 */
export function limitQueries({ ws }: Pick<WASocket, 'ws'>, clock: Clock): void {
  /** When each query is over, the first one first: all wait equally long. */
  const dueAtMs = new Map<string, number>();
  let timer: Timer | undefined;
  const arm = (): void => {
    const [first] = dueAtMs.values();
    timer = first === undefined ? undefined : clock.after(Math.max(0, first - clock.monotonic()), expire);
  };
  const expire = (): void => {
    const now = clock.monotonic();
    for (const [event, atMs] of dueAtMs) {
      if (atMs > now) break;
      dueAtMs.delete(event);
      ws.emit(event, undefined);
    }
    arm();
  };
  const on = ws.on.bind(ws);
  ws.on = (event, listener) => {
    if (typeof event === 'string' && event.startsWith(ANSWER)) {
      dueAtMs.set(event, clock.monotonic() + LIMIT_MS);
      if (!timer) arm();
    }
    return on(event, listener);
  };
  const off = ws.off.bind(ws);
  ws.off = (event, listener) => {
    if (typeof event === 'string' && dueAtMs.delete(event) && dueAtMs.size === 0) {
      // Also when the connection is over, which the timer would keep for the rest of its time.
      timer?.cancel();
      timer = undefined;
    }
    return off(event, listener);
  };
}
