import type { Changes, WaitOptions } from '../kit/changes.ts';
import type { AccountPasskey } from '../pairing/account-passkey.ts';
import {
  type AssertionFlaws,
  type PasskeyAssertion,
  PasskeyAuthenticator,
  type PasskeyOptions,
} from '../pairing/passkey-authenticator.ts';
import type { PasskeyCeremony } from '../pairing/passkey-ceremony.ts';

/** The passkey of one phone's account, and what the phone shows while a device is linked with it. */
export class PhonePasskey {
  readonly #changes: Changes;
  readonly #passkey: AccountPasskey;

  constructor(changes: Changes, passkey: AccountPasskey) {
    this.#changes = changes;
    this.#passkey = passkey;
  }

  /** Whether WhatsApp wants this account's passkey of whoever links a device. */
  get isWanted(): boolean {
    return this.#passkey.isWanted;
  }

  set isWanted(is: boolean) {
    this.#passkey.isWanted = is;
  }

  /**
   * Whether a pairing code is first answered with the phone's keys, and the passkey wanted after that; otherwise the phone
   * sends no keys. Both have been seen.
   */
  set isAfterKeys(is: boolean) {
    this.#passkey.isAfterKeys = is;
  }

  /** The code that the phone shows now, `ABCD-EFGH`; undefined when it shows none. */
  get code(): string | undefined {
    return this.#passkey.ceremony?.code;
  }

  /** Resolves with the code that the phone shows. */
  async untilCode(options: WaitOptions = {}): Promise<string> {
    await this.#changes.until(() => this.code !== undefined, { what: 'the code on the phone', ...options });
    return this.code ?? '';
  }

  /** Signs a challenge with the account's passkey, as a browser on web.whatsapp.com would. */
  assert(options: PasskeyOptions, flaws?: AssertionFlaws): PasskeyAssertion {
    return this.#passkey.authenticator.assert(options, flaws);
  }

  /** The person at the phone confirms that the client shows the same code. Throws a RangeError when there is none. */
  confirm(): void {
    this.#ceremony().confirm();
  }

  /** The person at the phone says that the client shows another code, or cancels: nothing is linked. */
  refuse(): void {
    this.#ceremony().fail('other_code');
  }

  #ceremony(): PasskeyCeremony {
    const { ceremony } = this.#passkey;
    if (!ceremony) throw new RangeError('No device is being linked with a passkey.');
    return ceremony;
  }
}

/** An assertion by a passkey that the account does not have. */
export function foreignAssertion(options: PasskeyOptions): PasskeyAssertion {
  return new PasskeyAuthenticator().assert(options);
}
