import type { Stanza } from '../kit/stanza.ts';
import type { Addressing } from './address.ts';
import type { KeyBundle } from './key-bundle.ts';

/** One device of an account: its phone (0) or a linked one. */
export interface Endpoint {
  /** 0 for the phone, 1 and more for linked devices, never used twice. */
  readonly device: number;
  /** The account that the device belongs to. */
  readonly owner: Owner;
  /** `user[:device]@server` in the given addressing. */
  jid(addressing: Addressing): string;
  /** Delivers the stanza to the device, now or when it reconnects. */
  deliver(stanza: Stanza): void;
  /** Hands out a key bundle to start a Signal session with; its one-time key is never handed out again. */
  takeBundle(): KeyBundle;
}

/** The person behind an endpoint. */
export interface Owner {
  /** The username that the owner chose, if any. */
  readonly username?: string | undefined;
  /** Digits, with the country code. */
  readonly number: string;
  /** Fifteen digits. */
  readonly lid: string;
  /** The name shown to others. */
  readonly name: string;
  /** `user@server` in the given addressing. */
  jid(addressing: Addressing): string;
}
