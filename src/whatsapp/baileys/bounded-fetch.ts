import { type Clock } from '../../kit/clock.ts';
import { readAll } from '../../kit/read-all.ts';

/** How long a fetch may take in all, and how much it may bring. */
export interface FetchLimits {
  clock: Clock;
  deadlineMs: number;
  maxBytes: number;
}

/** `fetch`, or what stands in its place. */
export type Fetch = typeof globalThis.fetch;

/**
 * Fetches all of it before anybody sees any of it: the answer that is returned has its whole body, and cannot be cut off in
 * the middle, hang, or fill the memory.
 * @throws an Error when it takes too long, is too much, or the network fails
 */
export async function boundedFetch(
  fetch: Fetch,
  target: Parameters<Fetch>[0],
  init: RequestInit,
  { clock, deadlineMs, maxBytes }: FetchLimits,
): Promise<Response> {
  const controller = new AbortController();
  const deadline = clock.after(deadlineMs, () =>
    controller.abort(new Error(`The answer was not complete after ${deadlineMs} ms`)),
  );
  try {
    const answer = await fetch(target, { ...init, signal: controller.signal });
    const body = await readAll(answer.body ?? [], maxBytes);
    const { status, statusText, headers } = answer;
    return new Response(BODILESS.has(status) ? null : body, { status, statusText, headers });
  } catch (error) {
    controller.abort(error);
    throw error;
  } finally {
    deadline.cancel();
  }
}

/** Statuses with which a `Response` takes no body. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);
