import { EVENT_PATHS, type EventKind } from '../../domain/event.ts';
import type { DeliveryFailure } from '../../webhooks/retry-policy.ts';
import { type Finding, OK } from './check.ts';
import type { Answer } from './checked-backend.ts';

/** What a status means whatever was posted, and what to change. */
const GENERAL: Readonly<Record<number, string>> = {
  401: 'It takes the key or the signature for a wrong one: give it the same PRODUCTION_API_KEY and CALLBACK_SECRET as this command, and let it verify the body byte for byte.',
  404: 'It has no endpoint there: add it.',
  413: 'Accept bodies of 5 MB, in the backend and in the proxy before it.',
  429: 'An orchestrator would wait and try again, and the session with it. Do not limit how often it may post.',
};
const SAME_AS: Readonly<Record<number, number>> = { 403: 401, 405: 404, 501: 404 };

/** "answered 500", or why there is no answer. */
export function described({ outcome }: Answer): string {
  if (outcome.kind === 'accepted') return 'it answered 2xx';
  return outcome.kind === 'refused' ? `it answered ${outcome.status}` : outcome.detail;
}

/** A sentence of a description and advice. */
export function sentence(start: string, advice: string): string {
  return `${start.charAt(0).toUpperCase()}${start.slice(1)}. ${advice}`.trim();
}

/**
 * All must have been accepted. `advice` says what to change when the backend refuses just this content; what its status means in
 * general comes first.
 */
export function mustAccept(kind: EventKind, answers: readonly Answer[], advice?: string): Finding {
  for (const answer of answers) {
    const { outcome } = answer;
    if (outcome.kind === 'accepted') continue;
    const verdict = outcome.kind === 'refused' && outcome.status === 429 ? 'warning' : 'wrong';
    return { verdict, advice: sentence(described(answer), remedy(kind, outcome, advice)) };
  }
  return OK;
}

function remedy(kind: EventKind, failure: DeliveryFailure, advice: string | undefined): string {
  if (failure.kind === 'unreachable') return advice ?? 'Answer every event with a 2xx once it is stored.';
  const { status } = failure;
  if (status >= 300 && status < 400)
    return `Redirects are not followed: answer at ${EVENT_PATHS[kind]} of this address, or set BACKEND_BASE_URL to where they lead.`;
  const general = GENERAL[SAME_AS[status] ?? status];
  if (general !== undefined) return general;
  if (advice !== undefined) return advice;
  return status < 500
    ? 'Accept what you cannot use: an event that is refused again and again is given up.'
    : "The backend's log says why. Its session waits meanwhile, and the event may be given up.";
}

/** Must have been refused as not genuine, with 401 or 403. `risk` says what follows when it is accepted. */
export function mustRefuse(answer: Answer, risk: string): Finding {
  const { outcome } = answer;
  if (outcome.kind === 'accepted') return { verdict: 'warning', advice: sentence('it accepts it', risk) };
  if (outcome.kind === 'refused' && [401, 403].includes(outcome.status)) return OK;
  const advice = 'Answer 401: it tells the orchestrator that a setting is wrong, and no event is given up for it.';
  return { verdict: 'warning', advice: sentence(described(answer), advice) };
}
