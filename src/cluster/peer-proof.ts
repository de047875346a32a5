import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { BoundedCache } from '../kit/bounded-cache.ts';
import type { Clock } from '../kit/clock.ts';
import type { Secret } from '../kit/secret.ts';

/** The header with the proof that a request comes from a node of the cluster. */
export const PROOF_HEADER = 'x-wa-proof';

/** How far the clocks of two nodes may be apart, and how long a proof is worth something. */
const WINDOW_MS = 60_000;
/** More changes than a node can carry out in the time for which they are remembered. */
const MAX_SEEN = 50_000;
const FORM = /^([A-Za-z\d._-]{1,63}) (\d{1,15}) ([\da-f-]{36}) ([\da-f]{64})$/;
/** The methods of requests that change nothing: to repeat one does no harm. */
export const ONLY_READS = /^(?:GET|HEAD)$/;

/** What a proof is about: it is worth nothing for another request, or for another node. */
export interface ProvenRequest {
  method: string;
  /** The path with its query, as on the wire. */
  url: string;
  /** The header `x-wa-hop`. */
  hop: string;
  /** The header `Content-Length`; empty without one. */
  length: string;
  /** The node that the request is for. */
  to: string;
}

/**
 * What a proof is worth: nothing (`wrong`), or it was made by a node, but at another time than now (by `aheadMs`; negative if
 * earlier), or it came before.
 */
export type Verdict =
  | { kind: 'right' | 'wrong' }
  | { kind: 'repeated'; from: string }
  | { kind: 'untimely'; from: string; aheadMs: number };

/** A proof of `from`, for the header {@link PROOF_HEADER}. No two are the same. */
export function proofOf(
  request: ProvenRequest,
  { from, nowMs, secret }: { from: string; nowMs: number; secret: Secret },
): string {
  const parts = [from, `${nowMs}`, randomUUID()];
  return [...parts, mac(request, parts, secret).toString('hex')].join(' ');
}

/** Judges proofs. Each counts once, but for those of requests that only read: whoever could repeat them has seen the answer. */
export class ProofCheck {
  readonly #secret: Secret;
  readonly #clock: Clock;
  readonly #seen: BoundedCache<true>;

  constructor(secret: Secret, clock: Clock) {
    this.#secret = secret;
    this.#clock = clock;
    // A clock may be ahead by the whole window, and its proof is good until the end of the next one.
    this.#seen = new BoundedCache(clock, { max: MAX_SEEN, ttlMs: 2 * WINDOW_MS + 1 });
  }

  /** How long it takes does not reveal where a wrong proof differs. */
  judge(request: ProvenRequest, proof: string): Verdict {
    const [, from, time, nonce, given] = FORM.exec(proof) ?? ['', '', '', '', ''];
    const expected = mac(request, [from, time, nonce], this.#secret);
    const actual = Buffer.from(given, 'hex');
    if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return { kind: 'wrong' };
    const aheadMs = Number(time) - this.#clock.now();
    if (Math.abs(aheadMs) > WINDOW_MS) return { kind: 'untimely', from, aheadMs };
    if (ONLY_READS.test(request.method)) return { kind: 'right' };
    if (this.#seen.get(nonce)) return { kind: 'repeated', from };
    this.#seen.set(nonce, true);
    return { kind: 'right' };
  }
}

/** None of the parts can contain the separator: Node refuses it in request lines and headers. */
function mac({ method, url, hop, length, to }: ProvenRequest, parts: readonly string[], secret: Secret): Buffer {
  const text = ['wa-hop-1', ...parts, to, method, url, hop, length].join('\n');
  return createHmac('sha256', secret.reveal()).update(text, 'latin1').digest();
}
