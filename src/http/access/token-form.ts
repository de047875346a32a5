import { timingSafeEqual } from 'node:crypto';
import type { Random } from '../../kit/random.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
/** More than 256 bits: guessing is hopeless. */
const LENGTH = 44;
/** 96 bits. */
const SEAL_LENGTH = 24;
const FORM = /^(wat_[A-Za-z0-9]{44})([0-9a-f]{24})$/;

/** Returns an HMAC of a text, in hex: the same on all nodes, and known to nobody else. */
export type Sign = (text: string) => string;

/**
 * The texts of browser tokens: `wat_<secret><seal>`. The seal proves that one of the nodes has made the text, so that nobody else can
 * make up tokens for which the nodes would have to ask the database.
 */
export class TokenForm {
  readonly #sign: Sign;
  readonly #random: Random;

  constructor(sign: Sign, random: Random) {
    this.#sign = sign;
    this.#random = random;
  }

  /** A new text. */
  create(): string {
    const secret = `wat_${this.#random.text(LENGTH, ALPHABET)}`;
    return `${secret}${this.#sealOf(secret)}`;
  }

  /** Whether a node has made this text. */
  isOurs(text: string): boolean {
    const [, secret, seal] = FORM.exec(text) ?? [];
    if (secret === undefined || seal === undefined) return false;
    return timingSafeEqual(Buffer.from(seal), Buffer.from(this.#sealOf(secret)));
  }

  #sealOf(secret: string): string {
    return this.#sign(secret).slice(0, SEAL_LENGTH);
  }
}
