import { createHmac, timingSafeEqual } from 'node:crypto';

import { type Callback, type CallbackName, wrongFields } from './callback.ts';

/** The secrets that the backend shares with the orchestrator. */
export interface SharedSecrets {
  /** `PRODUCTION_API_KEY`: sent with every callback. */
  readonly apiKey: string;
  /** `CALLBACK_SECRET`, `whsec_<base64>`: signs every callback. */
  readonly signing: string;
}

/** One request to the backend. */
export interface Delivery {
  readonly name: CallbackName;
  readonly headers: Callback['headers'];
  readonly text: string;
  readonly body: Callback['body'];
}

/** Checks every callback as a careful backend would: the key, the signature, the sequence number and the fields. */
export class WebhookVerifier {
  readonly #secrets: SharedSecrets;
  readonly #seenIds = new Set<string>();
  readonly #lastSeq = new Map<string, number>();

  constructor(secrets: SharedSecrets) {
    this.#secrets = secrets;
  }

  /** Returns whether this is a redelivery, and every violation of the contract. */
  verify(delivery: Delivery): { isRedelivery: boolean; problems: string[] } {
    const id = delivery.headers['webhook-id'] ?? '';
    const isRedelivery = this.#seenIds.has(id);
    this.#seenIds.add(id);
    const problems = [
      this.#wrongSender(delivery),
      isRedelivery ? undefined : this.#wrongSeq(delivery),
      wrongFields(delivery.name, delivery.body),
    ];
    return { isRedelivery, problems: problems.filter((problem) => problem !== undefined) };
  }

  #wrongSender({ headers, text }: Delivery): string | undefined {
    const { apiKey, signing } = this.#secrets;
    if (headers.authorization !== `Bearer ${apiKey}`) return 'The authorization header is not PRODUCTION_API_KEY.';
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`;
    const key = Buffer.from(signing.replace('whsec_', ''), 'base64');
    const expected = Buffer.from(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    const actual = Buffer.from(headers['webhook-signature'] ?? '');
    const isValid = actual.length === expected.length && timingSafeEqual(actual, expected);
    return isValid ? undefined : 'The webhook-signature is invalid.';
  }

  #wrongSeq({ headers, body }: Delivery): string | undefined {
    const session = String(body.session_id);
    const seq = Number(headers['x-session-seq']);
    const last = this.#lastSeq.get(session);
    this.#lastSeq.set(session, seq);
    if (headers['x-session-id'] !== session) return 'The x-session-id differs from the session_id of the body.';
    if (last !== undefined && seq !== last + 1) return `x-session-seq ${seq} follows ${last}.`;
    return undefined;
  }
}
