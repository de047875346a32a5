import { PasskeyAuthenticator } from './passkey-authenticator.ts';
import type { PasskeyCeremony } from './passkey-ceremony.ts';

/** Whether an account wants a passkey of whoever links a device to it, and the linking that waits for one. */
export class AccountPasskey {
  isWanted = false;
  /** Whether a pairing code is first answered in full, with the phone's keys, and the passkey wanted after that. */
  isAfterKeys = false;
  /** The linking that is going on. */
  ceremony: PasskeyCeremony | undefined;
  #authenticator: PasskeyAuthenticator | undefined;

  /** The authenticator that has the account's passkey. */
  get authenticator(): PasskeyAuthenticator {
    this.#authenticator ??= new PasskeyAuthenticator();
    return this.#authenticator;
  }
}
