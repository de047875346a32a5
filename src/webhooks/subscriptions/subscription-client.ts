import type { KeyObject } from 'node:crypto';
import type { LookupFunction } from 'node:net';
import { bodyForBackend, sessionIn } from '../../domain/session-profile.ts';
import type { Subscription } from '../../domain/subscription.ts';
import type { Clock } from '../../kit/clock.ts';
import { Secret } from '../../kit/secret.ts';
import type { PendingEvent } from '../../ports/callbacks.ts';
import { sessionHeaders } from '../delivery-client.ts';
import { Origin } from '../http/origin.ts';
import { type Target, targetOf } from '../http/request.ts';
import { post, type Posting } from '../post.ts';
import { postTraced } from '../post-traced.ts';
import type { DeliveryOutcome } from '../retry-policy.ts';
import { signingKeys, webhookHeaders } from '../signature.ts';

/** Decides where webhooks may be posted to: whoever subscribes chooses the URL, and must not reach our own network by it. */
export interface UrlGuard {
  /** @throws AppError `url_not_allowed` */
  check(url: string): URL;
  /** A lookup that fails for a name with a private address. */
  lookupFor(url: URL): LookupFunction;
}

/** The dependencies of {@link SubscriptionClient}. */
export interface SubscriptionClientDeps {
  guard: UrlGuard;
  clock: Clock;
  /** `BACKEND_TIMEOUT`. */
  timeoutMs: number;
  /** The version of this product, for the user agent. */
  version: string;
}

/**
 * Posts to one subscription, with keep-alive. All kinds of events go to one URL, so each is wrapped: `{"type", "session_id", "seq",
 * "session", "data"}`, where `data` is what the main backend receives, and `session` what was said of the session; further events, which the
 * main backend does not receive, have no `seq`.
 */
export class SubscriptionClient implements Disposable {
  readonly #subscription: Subscription;
  readonly #deps: SubscriptionClientDeps;
  readonly #keys: KeyObject[];
  #origin: Origin | undefined;

  constructor(subscription: Subscription, deps: SubscriptionClientDeps) {
    this.#subscription = subscription;
    this.#deps = deps;
    this.#keys = signingKeys(new Secret(subscription.secret));
  }

  /** Makes one attempt. Never rejects for what the network or the receiver does. */
  deliver(callback: PendingEvent): Promise<DeliveryOutcome> {
    const { kind, sessionId, seq, body, webhookId } = callback;
    const session = JSON.stringify(sessionIn(body));
    const wrapped = `{"type":${JSON.stringify(kind)},"session_id":${JSON.stringify(sessionId)},"seq":${seq},"session":${session},"data":${bodyForBackend(kind, body)}}`;
    return postTraced(callback, this.#posting(webhookId, wrapped, sessionHeaders(callback)), this.#deps.clock);
  }

  /** Posts an event that nobody has caused. */
  test(webhookId: string): Promise<DeliveryOutcome> {
    const data = {
      message: 'This is a test of your webhook.',
      timestamp: new Date(this.#deps.clock.now()).toISOString(),
    };
    const body = JSON.stringify({ type: 'test', session_id: null, seq: null, session: null, data });
    return post(this.#posting(webhookId, body, {}), this.#deps.clock);
  }

  /** Closes its connections. */
  [Symbol.dispose](): void {
    this.#origin?.[Symbol.dispose]();
  }

  #posting(webhookId: string, body: string, ofSession: Record<string, string>): Posting {
    const { clock, timeoutMs, version } = this.#deps;
    const timestamp = Math.floor(clock.now() / 1000);
    const headers = {
      ...this.#subscription.headers,
      'content-type': 'application/json',
      'user-agent': `whatsapp-orchestrator/${version}`,
      ...ofSession,
      ...webhookHeaders({ webhookId, timestamp, body }, this.#keys),
    };
    return { target: () => this.#target(), headers, body, timeoutMs, receiver: 'the receiver' };
  }

  /** Checked at each attempt: what is allowed may have changed since the subscription was made. */
  #target(): Target {
    const url = this.#deps.guard.check(this.#subscription.url);
    this.#origin ??= new Origin(url, this.#deps.guard.lookupFor(url));
    return targetOf(url, this.#origin);
  }
}
