import { Curve } from '@whiskeysockets/baileys';
import { randomBytes, randomUUID } from 'node:crypto';

import { bytesOf, childOf, errorOf, node, resultOf, SERVER, type Stanza } from '../kit/stanza.ts';
import { type Client } from '../transport/client.ts';
import { type KeyPair } from '../transport/server-identity.ts';
import { type Account } from '../world/account.ts';
import { type LinkedDevice } from '../world/linked-device.ts';
import { CodeHello, type CompanionFinish } from './code-hello.ts';
import { deriveAdvSecret, openKeyBundle, unwrapKey, wrapKey } from './link-code-keys.ts';
import { type PairingDesk } from './pairing-desk.ts';
import { PairingError } from './pairing-error.ts';

/** What goes wrong with a code on purpose, in the order in which it can. */
type CodeMishap = 'refresh-pairing-code' | 'incomplete-primary-hello' | 'silent-after-code';

/** What the desk works with. */
export interface CodeDeskDeps {
  readonly desk: PairingDesk;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** The code with which the hello for this number is refused, if it is. */
  readonly refusal: (number: string) => number | undefined;
  /** Whether this goes wrong now with a code for this number. */
  readonly goesWrong: (mishap: CodeMishap, number: string) => boolean;
}

const ANSWER_TIMEOUT_MS = 20_000;
const BAD_REQUEST = 400;
/** What WhatsApp takes for a real client's name; another system is a bad request (field notes 1.5). */
const DISPLAY = /^.+ \((Windows|Mac OS|Linux|Ubuntu)\)$/;

/** Where clients that show a code and phones into which it is typed meet, by the number that the client named. */
export class CodeDesk {
  readonly #deps: CodeDeskDeps;
  readonly #byNumber = new Map<string, CodeHello>();

  constructor(deps: CodeDeskDeps) {
    this.#deps = deps;
  }

  /** A client shows a code for a number, and is answered with a ref, or with an error. */
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

  /** A client answers to a code that was typed. The result says nothing of whether the code was right. */
  finish(client: Client, iq: Stanza): void {
    const taken = this.#helloOf(client)?.finished(iq);
    client.send(taken ? resultOf(iq) : errorOf(iq, String(BAD_REQUEST), 'bad-request'));
  }

  /** The client is gone, and its code with it. */
  closed(client: Client): void {
    const hello = this.#helloOf(client);
    hello?.end();
    if (hello) this.#byNumber.delete(hello.number);
  }

  /**
   * Somebody types a code into a phone: resolves with the linked device once the client has signed. Rejects with a
   * PairingError; after `wrong_code` the right one can still be typed.
   */
  async type(account: Account, phoneIdentity: KeyPair, code: string): Promise<LinkedDevice> {
    const { number } = account;
    const { desk, goesWrong } = this.#deps;
    const hello = this.#byNumber.get(number);
    const offer = hello && desk.offerOf(hello.client);
    if (!offer) throw new PairingError('nobody_waits');
    const refusal = hello.isWaiting ? offer.hindrance : 'used';
    if (refusal) throw new PairingError(refusal);
    if (goesWrong('refresh-pairing-code', number)) {
      this.#notify(hello, 'refresh_code', []);
      throw new PairingError('new_code_needed');
    }
    const { finish, sharedKey } = await this.#exchange(hello, phoneIdentity, code);
    const bundle = openKeyBundle(finish.bundle, sharedKey);
    if (!bundle?.primaryIdentity.equals(phoneIdentity.public)) throw new PairingError('wrong_code');
    const { companionIdentity, random } = bundle;
    const isItsOwn = [finish.identity, offer.keys.identity].every((key) => companionIdentity.equals(key));
    if (!isItsOwn) throw new PairingError('foreign_keys');
    if (goesWrong('silent-after-code', number)) throw new PairingError('no_answer');
    const identityKey = Curve.sharedKey(phoneIdentity.private, companionIdentity);
    const advSecret = deriveAdvSecret(sharedKey, identityKey, random);
    return desk.link(offer, account, { phoneIdentity, companionIdentity, advSecret });
  }

  /** Both sides show each other their ephemeral keys, hidden behind the code. */
  async #exchange(
    hello: CodeHello,
    phoneIdentity: KeyPair,
    code: string,
  ): Promise<{ finish: CompanionFinish; sharedKey: Uint8Array }> {
    const ephemeral = Curve.generateKeyPair();
    const isIncomplete = this.#deps.goesWrong('incomplete-primary-hello', hello.number);
    const show = async (): Promise<Uint8Array> => {
      const wrapped = await wrapKey(code, ephemeral.public);
      const companionKey = await unwrapKey(code, hello.wrappedKey);
      this.#notify(hello, 'primary_hello', [
        node('primary_identity_pub', {}, phoneIdentity.public),
        ...(isIncomplete ? [] : [node('link_code_pairing_wrapped_primary_ephemeral_pub', {}, wrapped)]),
      ]);
      return Curve.sharedKey(ephemeral.private, companionKey);
    };
    const [finish, sharedKey] = await Promise.all([hello.typed(ANSWER_TIMEOUT_MS), show()]);
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
