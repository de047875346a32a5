import type { AuthenticationCreds } from '@whiskeysockets/baileys';
import type { Clock } from '../../kit/clock.ts';
import type { QrCode } from '../../domain/session.ts';
import { withCurrentSecret } from './pairing-refresh.ts';
import { QR_LIFETIME_MS } from '../settings.ts';

/** Dependencies of {@link QrOffer}. */
export interface QrOfferDeps {
  creds: Pick<AuthenticationCreds, 'advSecretKey'>;
  clock: Clock;
  /** The lifetime of every QR instead of WhatsApp's own. */
  lifetimeMs: number | undefined;
}

/** The QRs that one connection offers, one after the other. */
export class QrOffer {
  readonly #deps: QrOfferDeps;
  #current: QrCode | undefined;
  #scanned = false;

  constructor(deps: QrOfferDeps) {
    this.#deps = deps;
  }

  /** Whether somebody scanned. */
  get isScanned(): boolean {
    return this.#scanned;
  }

  /**
   * Returns the QR for a text that Baileys emitted; `undefined` when somebody has already scanned (its timer runs on).
   */
  shown(text: string): QrCode | undefined {
    if (this.#scanned) return undefined;
    const { clock, lifetimeMs } = this.#deps;
    const usual = this.#current ? QR_LIFETIME_MS.next : QR_LIFETIME_MS.first;
    const now = clock.now();
    return this.#show({ text, generatedAtMs: now, expiresAtMs: now + (lifetimeMs ?? usual) });
  }

  /** Returns the current QR with the current secret; it expires when it would have. */
  reshown(): QrCode | undefined {
    if (this.#scanned || !this.#current) return undefined;
    return this.#show({ ...this.#current, generatedAtMs: this.#deps.clock.now() });
  }

  /** Ends the offer: somebody scanned. */
  scanned(): void {
    this.#scanned = true;
  }

  #show(code: QrCode): QrCode {
    this.#current = { ...code, text: withCurrentSecret(code.text, this.#deps.creds.advSecretKey) };
    return this.#current;
  }
}
