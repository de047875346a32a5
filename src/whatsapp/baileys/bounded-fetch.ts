import type { Clock } from '../../kit/clock.ts';
import { readAll } from '../../kit/read-all.ts';

/** The bounds of one fetch, body included. */
export interface FetchLimits {
  clock: Clock;
  deadlineMs: number;
  maxBytes: number;
}

/** `fetch`, or a stand-in for it. */
export type Fetch = typeof globalThis.fetch;

/**
 * Fetches with limits, and resolves once the whole body is in memory: nobody sees a body that is cut off halfway, hangs, or fills
 * the memory.
 * @throws an Error when a limit is exceeded or the network fails
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

/** Statuses for which `Response` accepts no body. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);
