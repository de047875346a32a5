import { Curve } from '@whiskeysockets/baileys';
import { randomBytes, randomUUID } from 'node:crypto';

import { bytesOf, childOf, errorOf, node, resultOf, SERVER, type Stanza } from '../kit/stanza.ts';
import type { Client } from '../transport/client.ts';
import type { KeyPair } from '../transport/server-identity.ts';
import type { Account } from '../world/account.ts';
import type { LinkedDevice } from '../world/linked-device.ts';
import { CodeHello, type CompanionFinish } from './code-hello.ts';
import { deriveAdvSecret, openKeyBundle, unwrapKey, wrapKey } from './link-code-keys.ts';
import type { PairingDesk } from './pairing-desk.ts';
import type { PairingOffer } from './pairing-offer.ts';
import type { PasskeyDesk } from './passkey-desk.ts';
import { PairingError } from './pairing-error.ts';

/** The faults of pairing by code, in the order in which they can happen. */
type CodeFault = 'refresh-pairing-code' | 'incomplete-primary-hello' | 'silent-after-code';

/** Dependencies of {@link CodeDesk}. */
export interface CodeDeskDeps {
  readonly desk: PairingDesk;
  readonly passkeys: PasskeyDesk;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** The error code that refuses the hello for this number, if any. */
  readonly refusal: (number: string) => number | undefined;
  /** Whether this fault happens now to a code for this number. */
  readonly fails: (fault: CodeFault, number: string) => boolean;
}

const ANSWER_TIMEOUT_MS = 20_000;
const BAD_REQUEST = 400;
/** The client names that WhatsApp accepts; any other operating system is a bad request (field notes 1.5). */
const DISPLAY = /^.+ \((Windows|Mac OS|Linux|Ubuntu)\)$/;

/**
 * Matches clients that show a pairing code with the phones into which it is typed, by the number that the client named.
 */
export class CodeDesk {
  readonly #deps: CodeDeskDeps;
  readonly #byNumber = new Map<string, CodeHello>();

  constructor(deps: CodeDeskDeps) {
    this.#deps = deps;
  }

  /** Handles a client that shows a code for a number: answers with a ref, or with an error. */
  hello(client: Client, iq: Stanza): void {
    const hello = childOf(iq, 'link_code_companion_reg');
    const number = hello?.attrs.jid?.split('@')[0] ?? '';
    const display = bytesOf(childOf(hello, 'companion_platform_display')).toString();
    const refusal = this.#deps.refusal(number) ?? (DISPLAY.test(display) ? undefined : BAD_REQUEST);
    if (refusal !== undefined) {
      client.send(errorOf(iq, String(refusal), refusal === BAD_REQUEST ? 'bad-request' : 'simulated'));
      return;
    }
    const wrappedKey = bytesOf(childOf(hello, 'link_code_pairing_wrapped_companion_ephemeral_pub'));
    const ref = randomBytes(32).toString('base64');
    this.#byNumber.get(number)?.end();
    this.#byNumber.set(number, new CodeHello({ client, number, ref, wrappedKey }));
    const attrs = { stage: 'companion_hello' };
    client.send(resultOf(iq, [node('link_code_companion_reg', attrs, [refNode(ref)])]));
  }

  /** Handles the client's answer to a typed code. The result does not reveal whether the code was right. */
  finish(client: Client, iq: Stanza): void {
    const taken = this.#helloOf(client)?.finished(iq);
    client.send(taken ? resultOf(iq) : errorOf(iq, String(BAD_REQUEST), 'bad-request'));
  }

  /** Forgets the code of a client that has disconnected. */
  closed(client: Client): void {
    const hello = this.#helloOf(client);
    hello?.end();
    if (hello) this.#byNumber.delete(hello.number);
  }

  /**
   * Links the client whose code is typed into a phone; resolves with the linked device once the client has signed.
   * Rejects with a PairingError; after `wrong_code` the right code can still be typed.
   */
  async type(account: Account, phoneIdentity: KeyPair, code: string): Promise<LinkedDevice> {
    const { number, passkey } = account;
    const { desk, fails, passkeys } = this.#deps;
    const { hello, offer } = this.#waiting(number);
    if (fails('refresh-pairing-code', number)) {
      this.#notify(hello, 'refresh_code', []);
      throw new PairingError('new_code_needed');
    }
    if (passkey.isWanted && !passkey.isAfterKeys) return this.#withPasskey(offer, hello, { account, phoneIdentity });
    const { finish, sharedKey } = await this.#exchange(hello, phoneIdentity, code);
    const bundle = openKeyBundle(finish.bundle, sharedKey);
    if (!bundle?.primaryIdentity.equals(phoneIdentity.public)) throw new PairingError('wrong_code');
    const { companionIdentity, random } = bundle;
    const isItsOwn = [finish.identity, offer.keys.identity].every((key) => companionIdentity.equals(key));
    if (!isItsOwn) throw new PairingError('foreign_keys');
    if (fails('silent-after-code', number)) throw new PairingError('no_answer');
    if (passkey.isWanted) {
      return desk.link(offer, account, { phoneIdentity, ...(await passkeys.exchange(offer, account)) });
    }
    const identityKey = Curve.sharedKey(phoneIdentity.private, companionIdentity);
    const advSecret = deriveAdvSecret(sharedKey, identityKey, random);
    return desk.link(offer, account, { phoneIdentity, companionIdentity, advSecret });
  }

  /** The code that a client shows for the number. Throws a PairingError when none can be typed. */
  #waiting(number: string): { hello: CodeHello; offer: PairingOffer } {
    const hello = this.#byNumber.get(number);
    const offer = hello && this.#deps.desk.offerOf(hello.client);
    if (!offer) throw new PairingError('nobody_waits');
    const refusal = hello.isWaiting ? offer.obstacle : 'used';
    if (refusal) throw new PairingError(refusal);
    return { hello, offer };
  }

  /** The phone sends no keys of its own: the client is linked with those that it sends after its passkey. */
  async #withPasskey(
    offer: PairingOffer,
    hello: CodeHello,
    { account, phoneIdentity }: { account: Account; phoneIdentity: KeyPair },
  ): Promise<LinkedDevice> {
    const { desk, passkeys } = this.#deps;
    hello.end();
    this.#notify(hello, 'primary_hello', [node('primary_identity_pub', {}, phoneIdentity.public)]);
    return desk.link(offer, account, { phoneIdentity, ...(await passkeys.exchange(offer, account)) });
  }

  /** Exchanges ephemeral keys with the client, encrypted with the code. */
  async #exchange(
    hello: CodeHello,
    phoneIdentity: KeyPair,
    code: string,
  ): Promise<{ finish: CompanionFinish; sharedKey: Uint8Array }> {
    const ephemeral = Curve.generateKeyPair();
    const isIncomplete = this.#deps.fails('incomplete-primary-hello', hello.number);
    const sendHello = async (): Promise<Uint8Array> => {
      const wrapped = await wrapKey(code, ephemeral.public);
      const companionKey = await unwrapKey(code, hello.wrappedKey);
      this.#notify(hello, 'primary_hello', [
        node('primary_identity_pub', {}, phoneIdentity.public),
        ...(isIncomplete ? [] : [node('link_code_pairing_wrapped_primary_ephemeral_pub', {}, wrapped)]),
      ]);
      return Curve.sharedKey(ephemeral.private, companionKey);
    };
    const [finish, sharedKey] = await Promise.all([hello.typed(ANSWER_TIMEOUT_MS), sendHello()]);
    return { finish, sharedKey };
  }

  #notify({ client, ref }: CodeHello, stage: string, children: Stanza[]): void {
    const t = String(Math.floor(this.#deps.now() / 1000));
    const attrs = { type: 'link_code_companion_reg', id: randomUUID(), from: SERVER, t };
    client.send(node('notification', attrs, [node('link_code_companion_reg', { stage }, [...children, refNode(ref)])]));
  }

  #helloOf(client: Client): CodeHello | undefined {
    return [...this.#byNumber.values()].find((hello) => hello.client === client);
  }
}

function refNode(ref: string): Stanza {
  return node('link_code_pairing_ref', {}, Buffer.from(ref));
}
