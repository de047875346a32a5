import { proto } from '@whiskeysockets/baileys';
import { randomUUID } from 'node:crypto';

import type { Changes } from '../kit/changes.ts';
import { bytesOf, childOf, errorOf, node, resultOf, SERVER, type Stanza } from '../kit/stanza.ts';
import type { Client } from '../transport/client.ts';
import type { Account } from '../world/account.ts';
import { type ClientSecrets, PasskeyCeremony, type Refusal } from './passkey-ceremony.ts';
import type { PairingOffer } from './pairing-offer.ts';

/** Dependencies of {@link PasskeyDesk}. */
export interface PasskeyDeskDeps {
  readonly changes: Changes;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Runs a task later, unless it is cancelled. */
  readonly after: (delayMs: number, task: () => void) => { cancel(): void };
}

/** How long a passkey may take, as the real server says it in its options. */
const TIMEOUT_MS = 600_000;

/** Has clients answer with a passkey before they are linked to an account that wants one. */
export class PasskeyDesk {
  readonly #deps: PasskeyDeskDeps;
  readonly #byClient = new Map<Client, PasskeyCeremony>();

  constructor(deps: PasskeyDeskDeps) {
    this.#deps = deps;
  }

  /**
   * Asks the client for a passkey of this account; resolves with the keys that it sent once both codes were compared.
   * `qrSecret` is that of the scanned QR. Rejects with a PairingError, and closes the connection then.
   */
  async exchange(offer: PairingOffer, account: Account, qrSecret?: Uint8Array): Promise<ClientSecrets> {
    const { changes, after } = this.#deps;
    const { client, keys } = offer;
    const { passkey } = account;
    const facts = { client, keys, qrSecret, authenticator: passkey.authenticator, timeoutMs: TIMEOUT_MS };
    const ceremony = new PasskeyCeremony({ ...facts, announce: () => changes.announce() });
    offer.askForPasskey();
    this.#byClient.set(client, ceremony);
    passkey.ceremony = ceremony;
    const limit = after(TIMEOUT_MS, () => ceremony.fail('passkey_late'));
    this.#notify(client, 'passkey_prologue_request', optionsNode(ceremony));
    changes.announce();
    try {
      return await ceremony.outcome;
    } catch (error) {
      client.close();
      throw error;
    } finally {
      limit.cancel();
      this.#byClient.delete(client);
      passkey.ceremony = undefined;
      changes.announce();
    }
  }

  /** Answers a stanza of the ceremony. Returns false when it is none. */
  take(iq: Stanza, client: Client): boolean {
    const ceremony = this.#byClient.get(client);
    if (!ceremony) return false;
    const answered = iq.attrs.type === 'get' ? asked(iq, ceremony) : this.#told(iq, ceremony);
    if (answered) client.send(answered);
    if (answered?.attrs.type === 'result' && childOf(iq, 'passkey_prologue')) this.#continue(ceremony);
    return answered !== undefined;
  }

  /** Ends the ceremony of a client that has disconnected. */
  closed(client: Client): void {
    this.#byClient.get(client)?.fail('refused');
  }

  #told(iq: Stanza, ceremony: PasskeyCeremony): Stanza | undefined {
    const [prologue, nonce, request] = ['passkey_prologue', 'companion_nonce', 'encrypted_pairing_request'].map((tag) =>
      childOf(iq, tag),
    );
    if (prologue) return verdict(iq, ceremony.answer(partsOf(prologue)));
    if (nonce) return verdict(iq, ceremony.reveal(bytesOf(nonce)));
    return request && verdict(iq, ceremony.request(bytesOf(request)));
  }

  /** The phone answers the client with its half. */
  #continue({ client, primary }: PasskeyCeremony): void {
    const identity = proto.PrimaryEphemeralIdentity.encode(primary).finish();
    this.#notify(client, 'crsc_continuation', node('primary_ephemeral_identity', {}, identity));
  }

  #notify(client: Client, type: string, child: Stanza): void {
    const t = String(Math.floor(this.#deps.now() / 1000));
    client.send(node('notification', { type, id: randomUUID(), from: SERVER, t }, [child]));
  }
}

function asked(iq: Stanza, ceremony: PasskeyCeremony): Stanza | undefined {
  if (childOf(iq, 'passkey_request_options')) return resultOf(iq, [optionsNode(ceremony)]);
  return childOf(iq, 'ref') && resultOf(iq, [node('ref', {}, Buffer.from(ceremony.ref))]);
}

function partsOf(prologue: Stanza) {
  const [credentialId, assertion, payload, proof] = [
    'credential_id',
    'webauthn_assertion',
    'prologue_payload',
    'pairing_handoff_proof',
  ].map((tag) => bytesOf(childOf(prologue, tag))) as [Buffer, Buffer, Buffer, Buffer];
  return { credentialId, assertion, payload, proof };
}

function optionsNode({ options }: PasskeyCeremony): Stanza {
  return node('passkey_request_options', {}, Buffer.from(JSON.stringify(options)));
}

const TEXTS: Readonly<Record<Refusal, string>> = { 400: 'bad-request', 403: 'forbidden', 409: 'conflict' };

function verdict(iq: Stanza, refusal: Refusal | undefined): Stanza {
  return refusal === undefined ? resultOf(iq) : errorOf(iq, String(refusal), TEXTS[refusal]);
}
