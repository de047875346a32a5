import { type BinaryNode, getAllBinaryNodeChildren, getBinaryNodeChild, type WASocket } from '@whiskeysockets/baileys';
import type { Clock, Timer } from '../../kit/clock.ts';
import { asError } from '../../kit/failure.ts';
import type { PhoneNumber } from '../../domain/address.ts';
import type { PairingCode } from '../../domain/session.ts';

/** How long a code can be typed. WhatsApp's own page shows another one after 3 minutes and a quarter. */
const CODE_LIFETIME_MS = 180_000;
/**
 * The lifetime of each reference on a connection that shows a code: six of them keep it open for longer than the code.
 */
export const CODE_CONNECTION_REFERENCE_MS = 60_000;
const REG = 'link_code_companion_reg';
/** How long a phone that sent no keys may take to say why. */
const PASSKEY_LIMIT_MS = 20_000;
/**
 * What a phone sends in its `primary_hello`. When one of these is missing, Baileys throws, and only logs it: WhatsApp wants a
 * passkey before it links the device, or something went wrong.
 */
const FROM_PHONE = [
  'link_code_pairing_wrapped_primary_ephemeral_pub',
  'primary_identity_pub',
  'link_code_pairing_ref',
] as const;

/** Ends a connection on which WhatsApp refused the pairing code. `code` is WhatsApp's own error code, as text. */
export class CodeRefusedError extends Error {
  override readonly name = 'CodeRefusedError';
  readonly code: string;

  constructor(code: string) {
    super(`WhatsApp refused the pairing code (${code})`);
    this.code = code;
  }
}

/** Ends a connection whose code was shown, but can no longer link a device. The message is one sentence for people. */
export class CodeVoidError extends Error {
  override readonly name = 'CodeVoidError';
}

/** Dependencies of {@link CodeOffer}. */
export interface CodeOfferDeps {
  socket: WASocket;
  number: PhoneNumber;
  clock: Clock;
  /** Called when WhatsApp accepted the code: it can be typed. */
  shown: (code: PairingCode) => void;
  /** Called when the connection is useless. */
  ended: (error: Error) => void;
}

/**
 * The pairing code of one connection. Baileys returns it before WhatsApp has answered, and reports nothing when
 * WhatsApp refuses it, asks for another one or sends something unusable, so the stanzas themselves are read (field
 * notes 1.5).
 */
export class CodeOffer {
  readonly #deps: CodeOfferDeps;
  readonly #taken = Promise.withResolvers<undefined>();
  #isAsked = false;
  #isShown = false;
  #isHandedOver = false;
  #incomplete: Timer | undefined;

  constructor(deps: CodeOfferDeps) {
    this.#deps = deps;
    const { ws } = deps.socket;
    // Baileys hides the id of its hello. The only other query on this connection is a ping every 30 s, long after the
    // answer.
    ws.on('CB:iq,type:result', () => this.#isAsked && this.#taken.resolve(undefined));
    ws.on('CB:iq,type:error', (iq: BinaryNode) => this.#isAsked && this.#refused(iq));
    ws.on(`CB:notification,type:${REG}`, (notification: BinaryNode) => this.#notified(notification));
  }

  /** Requests a code, once. Call it when WhatsApp is ready. */
  ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#show().catch((error: unknown) => {
      this.#deps.ended(asError(error));
    });
  }

  /** The code was typed, and WhatsApp wants a passkey: what it says from now on is about that. */
  handOver(): void {
    this.#isHandedOver = true;
    this.#incomplete?.cancel();
  }

  async #show(): Promise<void> {
    const { socket, number, clock, shown } = this.#deps;
    const text = await socket.requestPairingCode(number);
    const expiresAtMs = clock.now() + CODE_LIFETIME_MS;
    await this.#taken.promise;
    this.#isShown = true;
    shown({ text, number, expiresAtMs });
  }

  #refused(iq: BinaryNode): void {
    if (this.#isHandedOver) return;
    const code = getBinaryNodeChild(iq, 'error')?.attrs.code ?? 'no code';
    this.#deps.ended(
      this.#isShown ? new CodeVoidError(`WhatsApp rejected the pairing (${code}).`) : new CodeRefusedError(code),
    );
  }

  /** Baileys does the rest after a complete `primary_hello`. */
  #notified(notification: BinaryNode): void {
    const reg = getBinaryNodeChild(notification, REG);
    if (reg?.attrs.stage === 'refresh_code') {
      this.#deps.ended(new CodeVoidError('WhatsApp asked for a new pairing code.'));
      return;
    }
    const tags = getAllBinaryNodeChildren(reg ?? notification).map(({ tag }) => tag);
    if (this.#isHandedOver || FROM_PHONE.every((tag) => tags.includes(tag))) return;
    const { clock, ended } = this.#deps;
    this.#incomplete = clock.after(PASSKEY_LIMIT_MS, () =>
      ended(new CodeVoidError('WhatsApp sent an incomplete response to the pairing code.')),
    );
  }
}
