import { createHmac, timingSafeEqual } from 'node:crypto';

import { type Callback, type CallbackName, wrongFields } from './callback.ts';

/** What the backend and the orchestrator agreed on. */
export interface Agreement {
  /** `PRODUCTION_API_KEY`: shown with every callback. */
  readonly apiKey: string;
  /** `CALLBACK_SECRET`, `whsec_<base64>`: signs every callback. */
  readonly secret: string;
}

/** One request to the backend. */
export interface Delivery {
  readonly name: CallbackName;
  readonly headers: Callback['headers'];
  readonly text: string;
  readonly body: Callback['body'];
}

/** Looks at every callback as a careful backend would: who sent it, whether one is missing, what it carries. */
export class Inspection {
  readonly #agreement: Agreement;
  readonly #seen = new Set<string>();
  readonly #lastNumber = new Map<string, number>();

  constructor(agreement: Agreement) {
    this.#agreement = agreement;
  }

  /** Whether it came before, and what is not as the contract says. */
  inspect(delivery: Delivery): { again: boolean; complaints: string[] } {
    const id = delivery.headers['webhook-id'] ?? '';
    const again = this.#seen.has(id);
    this.#seen.add(id);
    const found = [
      this.#wrongSender(delivery),
      again ? undefined : this.#wrongNumber(delivery),
      wrongFields(delivery.name, delivery.body),
    ];
    return { again, complaints: found.filter((complaint) => complaint !== undefined) };
  }

  #wrongSender({ headers, text }: Delivery): string | undefined {
    const { apiKey, secret } = this.#agreement;
    if (headers.authorization !== `Bearer ${apiKey}`) return 'It does not show the key of PRODUCTION_API_KEY.';
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`;
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    const right = Buffer.from(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    const shown = Buffer.from(headers['webhook-signature'] ?? '');
    const same = shown.length === right.length && timingSafeEqual(shown, right);
    return same ? undefined : 'Its webhook-signature is wrong.';
  }

  #wrongNumber({ headers, body }: Delivery): string | undefined {
    const session = String(body.session_id);
    const number = Number(headers['x-session-seq']);
    const last = this.#lastNumber.get(session);
    this.#lastNumber.set(session, number);
    if (headers['x-session-id'] !== session) return 'Its x-session-id is not the session_id of the body.';
    if (last !== undefined && number !== last + 1) return `Number ${number} came after number ${last}.`;
    return undefined;
  }
}
