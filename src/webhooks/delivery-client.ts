import { EVENT_PATHS, type EventKind } from '../domain/event.ts';
import { bodyForBackend } from '../domain/session-profile.ts';
import type { PendingCallback, PendingEvent } from '../ports/callbacks.ts';
import type { Clock } from '../kit/clock.ts';
import type { Secret } from '../kit/secret.ts';
import { Origin } from './http/origin.ts';
import { type Target, targetOf } from './http/request.ts';
import { postTraced } from './post-traced.ts';
import type { DeliveryOutcome } from './retry-policy.ts';
import { signingKeys, webhookHeaders } from './signature.ts';

/** Where the main backend is, and how to authenticate. */
export interface DeliverySettings {
  /** `BACKEND_BASE_URL`, with or without a trailing slash. */
  baseUrl: string;
  /** `PRODUCTION_API_KEY`, sent as `Authorization: Bearer`. */
  apiKey: Secret | null;
  /** `CALLBACK_SECRET`. */
  secret: Secret | null;
  /** `BACKEND_TIMEOUT`: for the whole exchange, from the DNS lookup to the last byte of the response. */
  timeoutMs: number;
  /** The version of this product, for the user agent. */
  version: string;
}

/** Makes one attempt to deliver a callback. Never rejects for what the network or the backend does. */
export type Deliver<Pending extends PendingEvent = PendingCallback> = (callback: Pending) => Promise<DeliveryOutcome>;

/** Delivers to the main backend, with keep-alive. */
export function createDeliveryClient(settings: DeliverySettings, clock: Clock): Deliver {
  const keys = signingKeys(settings.secret);
  const common = commonHeaders(settings);
  const targets = new Targets(settings.baseUrl);
  return async (callback) => {
    const { kind } = callback;
    const body = bodyForBackend(kind, callback.body);
    const content = { ...callback, body, timestamp: Math.floor(clock.now() / 1000) };
    const headers = { ...common, ...sessionHeaders(callback), ...webhookHeaders(content, keys) };
    const { timeoutMs } = settings;
    return postTraced(callback, { target: () => targets.of(kind), headers, body, timeoutMs }, clock);
  };
}

/** The URLs below `BACKEND_BASE_URL`, each parsed once. */
class Targets {
  readonly #baseUrl: string;
  readonly #known = new Map<EventKind, Target>();
  #origin: Origin | undefined;

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl.replace(/\/$/, '');
  }

  /** @throws TypeError when it is not an HTTP URL */
  of(kind: EventKind): Target {
    const known = this.#known.get(kind);
    if (known) return known;
    const url = new URL(`${this.#baseUrl}${EVENT_PATHS[kind]}`);
    this.#origin ??= new Origin(url);
    const target = targetOf(url, this.#origin);
    this.#known.set(kind, target);
    return target;
  }
}

function commonHeaders({ apiKey, version }: DeliverySettings): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': `whatsapp-orchestrator/${version}`,
    ...(apiKey && { authorization: `Bearer ${apiKey.reveal()}` }),
  };
}

/** Whose event it is, and its number if it has one. */
export function sessionHeaders({ sessionId, seq }: PendingEvent): Record<string, string> {
  return { 'x-session-id': sessionId, ...(seq !== null && { 'x-session-seq': String(seq) }) };
}
