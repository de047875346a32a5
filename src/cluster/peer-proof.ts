import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Secret } from '../kit/secret.ts';

/** The header with the proof that a request comes from a node of the cluster. */
export const PROOF_HEADER = 'x-wa-proof';

/** How far the clocks of two nodes may be apart, and how long somebody who listens could repeat a request. */
const WINDOW_MS = 60_000;
const FORM = /^([A-Za-z\d._-]{1,63}) (\d{1,15}) ([\da-f]{64})$/;

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

/** A proof of `from`, for the header {@link PROOF_HEADER}. */
export function proofOf(
  request: ProvenRequest,
  { from, nowMs, secret }: { from: string; nowMs: number; secret: Secret },
) {
  return `${from} ${nowMs} ${mac(request, [from, `${nowMs}`], secret).toString('hex')}`;
}

/** Whether the proof is right and new. How long it takes does not reveal where a wrong one differs. */
export function isProven(request: ProvenRequest, proof: string, { nowMs, secret }: { nowMs: number; secret: Secret }) {
  const [, from = '', time = '', given = ''] = FORM.exec(proof) ?? [];
  const expected = mac(request, [from, time], secret);
  const actual = Buffer.from(given, 'hex');
  const isRight = actual.length === expected.length && timingSafeEqual(actual, expected);
  return isRight && Math.abs(nowMs - Number(time)) <= WINDOW_MS;
}

/** None of the parts can contain the separator: Node refuses it in request lines and headers. */
function mac({ method, url, hop, length, to }: ProvenRequest, parts: readonly string[], secret: Secret): Buffer {
  const text = ['wa-hop-1', ...parts, to, method, url, hop, length].join('\n');
  return createHmac('sha256', secret.reveal()).update(text, 'latin1').digest();
}
