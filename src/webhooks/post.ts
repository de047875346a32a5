import type { Clock } from '../kit/clock.ts';
import type { Answer } from './http/answer-reader.ts';
import { BadAnswerError } from './http/bad-answer.ts';
import { DeadlineError } from './http/connection.ts';
import { requestOf, type Target } from './http/request.ts';
import { type DeliveryOutcome, parseRetryAfter, type Receiver } from './retry-policy.ts';

/** What is posted, and where to. */
export interface Posting {
  /** Called for each attempt; what it throws counts as a receiver that cannot be reached. */
  target: () => Target;
  headers: Readonly<Record<string, string>>;
  /** JSON. */
  body: string;
  /** For the whole exchange, from the DNS lookup to the last byte of the response. */
  timeoutMs: number;
  /** The main backend by default. */
  receiver?: Receiver;
}

/**
 * Posts over HTTP. Redirects are not followed. Only the status of a response counts: its body is read to the end, at most 64 KiB
 * of it, and discarded. Never rejects for what the network or the receiver does.
 * Over connections of its own (`http/`), not with a client: see ADR 14.
 */
export async function post(posting: Posting, clock: Clock): Promise<DeliveryOutcome> {
  const { headers, body, timeoutMs, receiver = 'the backend' } = posting;
  try {
    const target = posting.target();
    const end = await target.origin.exchange(requestOf(target, headers, body), { clock, timeoutMs });
    if (end.kind === 'answered') return outcomeOf(end.answer, clock.now());
    return unreachable(end.error, end.hasConnected, receiver);
  } catch (error) {
    return unreachable(error, false, receiver);
  }
}

/** A date in `Retry-After` is by the backend's clock, which `Date` tells: ours may be wrong. */
function outcomeOf({ status, date, retryAfter }: Answer, nowMs: number): DeliveryOutcome {
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  const backendMs = Date.parse(date ?? '');
  const retryAfterMs = parseRetryAfter(retryAfter, Number.isNaN(backendMs) ? nowMs : backendMs);
  return { kind: 'refused', status, retryAfterMs };
}

/** Reports codes only: the message of a foreign error may repeat a URL with its password, or a header. */
function unreachable(error: unknown, maybeArrived: boolean, receiver: Receiver): DeliveryOutcome {
  const { code = 'no code' } = (error ?? {}) as NodeJS.ErrnoException;
  return { kind: 'unreachable', detail: `${receiver} ${detailOf(error, code)}`, maybeArrived };
}

function detailOf(error: unknown, code: string): string {
  if (error instanceof DeadlineError) return 'did not answer in time';
  if (error instanceof BadAnswerError) return 'did not send a complete answer of at most 64 KiB';
  return `is not reachable (${code})`;
}
