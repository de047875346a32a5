import { randomBytes, randomUUID } from 'node:crypto';

import { node } from '../kit/stanza.ts';
import type { Account } from './account.ts';
import type { Addressing } from './address.ts';

/** How long tokens hold: in whole buckets, the current one included (AB props 865 and 909; the real server has 26). */
export const TOKEN_TERMS = { bucketSeconds: 604_800, buckets: 26 };

/** A trusted-contact token; `t` is in seconds since the Unix epoch. */
interface Token {
  readonly bytes: Buffer;
  readonly t: number;
}

const TOKEN_BYTES = 11;

/** The trusted-contact tokens of all accounts: who has one from a person may write to that person. */
export class TrustBook {
  /** By issuer, then by who has them, oldest first. */
  readonly #tokens = new Map<Account, Map<Account, Token[]>>();
  readonly #world: { readonly now: () => number; readonly addressing: Addressing };

  constructor(world: { readonly now: () => number; readonly addressing: Addressing }) {
    this.#world = world;
  }

  /** A phone wrote to somebody: they get a token, unless they got one in this bucket. */
  wrote(issuer: Account, to: Account): void {
    const t = this.#seconds();
    const last = this.#issued(issuer, to).at(-1);
    if (issuer !== to && (!last || bucketOf(last.t) < bucketOf(t))) this.issue(issuer, to, { t });
  }

  /**
   * Issues a token, and notifies the linked devices of whom it is for. `t` is in seconds, now by default; `namesLid: false`
   * leaves out the issuer's LID, as WhatsApp does at times.
   */
  issue(issuer: Account, to: Account, options: IssueOptions = {}): void {
    const { t = this.#seconds(), addressing = this.#world.addressing, namesLid = true } = options;
    const token = { bytes: randomBytes(TOKEN_BYTES), t };
    this.#issued(issuer, to).push(token);
    const named = addressing === 'pn' && namesLid ? { sender_lid: issuer.jid('lid') } : {};
    const attrs = { from: issuer.jid(addressing), type: 'privacy_token', t: String(this.#seconds()), ...named };
    for (const device of to.linked.values()) {
      const child = node('token', { type: 'trusted_contact', t: String(t), jid: device.jid('pn') }, token.bytes);
      device.deliver(node('notification', { id: randomUUID(), ...attrs }, [node('tokens', {}, [child])]));
    }
  }

  /** How many tokens the account has issued to another so far. */
  count(issuer: Account, to: Account): number {
    return this.#issued(issuer, to).length;
  }

  /** Whether a token that still holds was issued. */
  hasToken(holder: Account, issuer: Account): boolean {
    return this.#issued(issuer, holder).some((token) => this.#holds(token));
  }

  /** Whether these are the bytes of a token that still holds. */
  accepts(bytes: Buffer, holder: Account, issuer: Account): boolean {
    return this.#issued(issuer, holder).some((token) => token.bytes.equals(bytes) && this.#holds(token));
  }

  #holds({ t }: Token): boolean {
    return bucketOf(t) > bucketOf(this.#seconds()) - TOKEN_TERMS.buckets;
  }

  #issued(issuer: Account, to: Account): Token[] {
    const byHolder = this.#tokens.get(issuer) ?? new Map<Account, Token[]>();
    this.#tokens.set(issuer, byHolder);
    const tokens = byHolder.get(to) ?? [];
    byHolder.set(to, tokens);
    return tokens;
  }

  #seconds(): number {
    return Math.floor(this.#world.now() / 1000);
  }
}

/** How a token is issued; see {@link TrustBook.issue}. */
export interface IssueOptions {
  readonly t?: number | undefined;
  readonly addressing?: Addressing | undefined;
  readonly namesLid?: boolean | undefined;
}

function bucketOf(seconds: number): number {
  return Math.floor(seconds / TOKEN_TERMS.bucketSeconds);
}
