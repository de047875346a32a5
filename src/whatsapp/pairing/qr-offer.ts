import { type AuthenticationCreds } from '@whiskeysockets/baileys';
import { type Clock } from '../../kit/clock.ts';
import { type QrCode } from '../../domain/session.ts';
import { withCurrentSecret } from './pairing-refresh.ts';
import { QR_LIFETIME_MS } from '../settings.ts';

/** What an offer is made of. */
export interface QrOfferDeps {
  creds: Pick<AuthenticationCreds, 'advSecretKey'>;
  clock: Clock;
  /** The lifetime of every code instead of WhatsApp's own. */
  lifetimeMs: number | undefined;
}

/** The codes that one line offers for scanning, one after the other. */
export class QrOffer {
  readonly #deps: QrOfferDeps;
  #current: QrCode | undefined;
  #scanned = false;

  constructor(deps: QrOfferDeps) {
    this.#deps = deps;
  }

  /** Baileys shows a code; `undefined` when somebody has already scanned (its timer runs on). */
  shown(text: string): QrCode | undefined {
    if (this.#scanned) return undefined;
    const { clock, lifetimeMs } = this.#deps;
    const usual = this.#current ? QR_LIFETIME_MS.next : QR_LIFETIME_MS.first;
    const now = clock.now();
    return this.#show({ text, generatedAtMs: now, expiresAtMs: now + (lifetimeMs ?? usual) });
  }

  /** The current code again, with the secret of now; it expires when it would have. */
  reshown(): QrCode | undefined {
    if (this.#scanned || !this.#current) return undefined;
    return this.#show({ ...this.#current, generatedAtMs: this.#deps.clock.now() });
  }

  /** Somebody scanned. */
  scanned(): void {
    this.#scanned = true;
  }

  #show(code: QrCode): QrCode {
    this.#current = { ...code, text: withCurrentSecret(code.text, this.#deps.creds.advSecretKey) };
    return this.#current;
  }
}
