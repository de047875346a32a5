import { randomBytes } from 'node:crypto';
import { type BinaryNode, getBinaryNodeChild, type WASocket } from '@whiskeysockets/baileys';
import { AppError } from '../../domain/errors.ts';
import type { Passkey, PasskeyAssertion, PasskeyOptions } from '../../domain/passkey.ts';
import type { Clock, Timer } from '../../kit/clock.ts';
import { messageOf } from '../../kit/failure.ts';
import type { PasskeyActions } from '../../ports/connection.ts';
import { isPaired } from '../signal/auth-state.ts';
import { assertionComplaint, readPasskeyOptions } from './passkey-assertion.ts';
import {
  type CompanionHalf,
  makeCompanionHalf,
  type PrimaryHalf,
  readPrimaryHalf,
  sealPairingRequest,
  verificationCode,
} from './passkey-keys.ts';

const SERVER = '@s.whatsapp.net';
/** What WhatsApp's options say, and the bounds for what they might say. */
const USUAL_TIMEOUT_MS = 600_000;
const TIMEOUT_MS = { least: 60_000, most: 900_000 };

/** Ends a connection on which a device could not be linked with a passkey. The message is one sentence for people. */
export class PasskeyFailedError extends Error {
  override readonly name = 'PasskeyFailedError';
  /** Whether nobody answered in time. */
  readonly isLate: boolean;

  constructor(message: string, { isLate = false, ...options }: ErrorOptions & { isLate?: boolean } = {}) {
    super(message, options);
    this.isLate = isLate;
  }
}

/** Dependencies of {@link PasskeyPairing}. */
export interface PasskeyPairingDeps {
  socket: WASocket;
  clock: Clock;
  /** Resolves with WhatsApp's answer to a query. @throws AppError as `Queries.ask` does */
  ask: (query: (socket: WASocket) => Promise<BinaryNode>) => Promise<BinaryNode>;
  /** Called with each step. */
  stepped: (passkey: Passkey) => void;
  /** Called when the connection is useless. */
  ended: (error: PasskeyFailedError) => void;
  /** An acknowledgement could not be sent. */
  failed: (error: unknown) => void;
}

/** What is true at each stage, besides what is told. */
type Stage =
  | { name: 'none' }
  | { name: 'wanted'; options: PasskeyOptions }
  /** The answer is on its way to WhatsApp. */
  | { name: 'answering' }
  | { name: 'answered'; half: CompanionHalf }
  | { name: 'confirming'; half: CompanionHalf; primary: PrimaryHalf; code: string }
  /** Our keys are on their way to the phone, or there. */
  | { name: 'confirmed' };

/**
 * The passkey that WhatsApp may want before it links a device ("Shortcake"), which Baileys 7.0.0-rc14 does not know. A person
 * signs WhatsApp's challenge elsewhere; then the phone and we exchange keys, both show a code, and only after a person has
 * compared them does the phone get ours. WhatsApp lets a client skip the comparison by proving that it made the scanned QR
 * (`pairing_handoff_proof`): we never send that, since the code is what reveals a server that stands between us and the phone.
 */
export class PasskeyPairing implements PasskeyActions {
  readonly #deps: PasskeyPairingDeps;
  #stage: Stage = { name: 'none' };
  #expiresAtMs = 0;
  #expiry: Timer | undefined;
  /** The exchange that is under way. What the server sends meanwhile waits for it. */
  #exchange: Promise<void> = Promise.resolve();

  constructor(deps: PasskeyPairingDeps) {
    this.#deps = deps;
  }

  /** Listens to the connection; `wanted` is called when its QR or pairing code has done its part. */
  listen(wanted: () => void): void {
    const { ws, authState } = this.#deps.socket;
    const on = (type: string, take: (node: BinaryNode) => Promise<void>): void => {
      ws.on(`CB:notification,type:${type}`, (node: BinaryNode) => {
        if (!isFromServer(node) || isPaired(authState.creds)) return;
        this.#acknowledge(node);
        take(node).catch((error: unknown) => this.#fail('WhatsApp broke off the linking with a passkey', error));
      });
    };
    on('passkey_prologue_request', async (node) => {
      wanted();
      await this.#request(node);
    });
    on('crsc_continuation', (node) => {
      this.#exchange = this.#exchange.catch(() => undefined).then(() => this.#continue(node));
      return this.#exchange;
    });
  }

  async answer(assertion: PasskeyAssertion): Promise<void> {
    const stage = this.#stage;
    if (stage.name !== 'wanted') throw new AppError('passkey_not_wanted');
    const complaint = assertionComplaint(stage.options, assertion);
    if (complaint !== undefined) throw new AppError('invalid_passkey', { message: `The assertion ${complaint}.` });
    this.#stage = { name: 'answering' };
    this.#exchange = this.#orBackTo(stage, this.#send(assertion));
    await this.#exchange;
  }

  async confirm(): Promise<void> {
    const stage = this.#stage;
    if (stage.name !== 'confirming') throw new AppError('passkey_not_wanted');
    const { creds } = this.#deps.socket.authState;
    // Only the phone that got this one may sign us.
    creds.advSecretKey = randomBytes(32).toString('base64');
    const sealed = sealPairingRequest(stage.half, stage.primary, creds);
    // Told before it is sent: the phone may link us before we learn that WhatsApp took it.
    this.#enter({ name: 'confirmed' }, { stage: 'confirmed' });
    await this.#orBackTo(stage, this.#set('encrypted_pairing_request', sealed));
  }

  refuse(): void {
    if (this.#stage.name !== 'confirming') throw new AppError('passkey_not_wanted');
    this.#end(new PasskeyFailedError(OTHER_CODE));
  }

  /** The connection is over. */
  end(): void {
    this.#expiry?.cancel();
    this.#stage = { name: 'none' };
  }

  async #request(node: BinaryNode): Promise<void> {
    const options = optionsIn(node) ?? optionsIn(await this.#get('passkey_request_options'));
    if (!options) throw new Error('its request cannot be read');
    const { clock } = this.#deps;
    const timeoutMs = timeoutOf(options);
    this.#expiry?.cancel();
    this.#expiry = clock.after(timeoutMs, () => this.#end(new PasskeyFailedError(LATE, { isLate: true })));
    this.#expiresAtMs = clock.now() + timeoutMs;
    this.#enter({ name: 'wanted', options }, { stage: 'wanted', options });
  }

  async #send(assertion: PasskeyAssertion): Promise<void> {
    const ref = contentOf(getBinaryNodeChild(await this.#get('ref'), 'ref'));
    if (ref.byteLength === 0) throw new AppError('passkey_refused', { message: 'WhatsApp gave no reference.' });
    const half = makeCompanionHalf(ref.toString());
    const { id, rawId, type, response } = assertion;
    const { clientDataJSON, authenticatorData, signature, userHandle } = response;
    const signed = { id, rawId, type, response: { clientDataJSON, authenticatorData, signature, userHandle } };
    await this.#set('passkey_prologue', [
      { tag: 'credential_id', attrs: {}, content: Buffer.from(rawId, 'base64url') },
      { tag: 'webauthn_assertion', attrs: {}, content: Buffer.from(JSON.stringify(signed)) },
      { tag: 'prologue_payload', attrs: {}, content: half.payload },
    ]);
    this.#enter({ name: 'answered', half }, { stage: 'answered' });
  }

  /** After a failure the same step is possible once more, unless everything is over. */
  async #orBackTo<Result>(stage: Stage, step: Promise<Result>): Promise<Result> {
    const { name } = this.#stage;
    try {
      return await step;
    } catch (error) {
      if (this.#stage.name === name) this.#stage = stage;
      if (this.#stage === stage && stage.name === 'confirming') this.#showCode(stage);
      throw error;
    }
  }

  async #continue(node: BinaryNode): Promise<void> {
    if (this.#stage.name !== 'answered') return;
    const { half } = this.#stage;
    const primary = readPrimaryHalf(contentOf(getBinaryNodeChild(node, 'primary_ephemeral_identity')));
    if (!primary) throw new Error("the phone's keys cannot be read");
    await this.#set('companion_nonce', half.nonce);
    const stage = { name: 'confirming' as const, half, primary, code: verificationCode(half, primary) };
    this.#stage = stage;
    this.#showCode(stage);
  }

  #showCode({ code }: Extract<Stage, { name: 'confirming' }>): void {
    this.#tell({ stage: 'confirming', code });
  }

  #enter(stage: Stage, told: Told): void {
    this.#stage = stage;
    this.#tell(told);
  }

  #tell(told: Told): void {
    this.#deps.stepped({ ...told, expiresAtMs: this.#expiresAtMs });
  }

  #get(tag: string): Promise<BinaryNode> {
    return this.#ask('get', { tag, attrs: {} });
  }

  #set(tag: string, content: NonNullable<BinaryNode['content']>): Promise<BinaryNode> {
    return this.#ask('set', { tag, attrs: {}, content });
  }

  async #ask(type: 'get' | 'set', child: BinaryNode): Promise<BinaryNode> {
    const iq = { tag: 'iq', attrs: { to: SERVER, type, xmlns: 'md' }, content: [child] };
    try {
      return await this.#deps.ask((socket) => socket.query(iq) as Promise<BinaryNode>);
    } catch (error) {
      const isRefusal = error instanceof AppError && REFUSALS.has(error.code);
      throw isRefusal ? new AppError('passkey_refused', { cause: error }) : error;
    }
  }

  /** Baileys acknowledges notifications once it has a number; before that, its own acknowledgement throws. */
  #acknowledge({ attrs: { id = '', from = '', type = '' } }: BinaryNode): void {
    const { socket, failed } = this.#deps;
    if (socket.authState.creds.me) return;
    socket.sendNode({ tag: 'ack', attrs: { id, class: 'notification', to: from, type } }).catch(failed);
  }

  #fail(what: string, error: unknown): void {
    this.#end(new PasskeyFailedError(`${what}: ${messageOf(error)}`, { cause: error }));
  }

  #end(error: PasskeyFailedError): void {
    this.end();
    this.#deps.ended(error);
  }
}

/** A step without its time. */
type Told = Passkey extends infer Step ? (Step extends Passkey ? Omit<Step, 'expiresAtMs'> : never) : never;

const REFUSALS: ReadonlySet<string> = new Set(['whatsapp_refused', 'not_allowed']);
const LATE = 'WhatsApp wanted a passkey to link this device, and nobody completed that in time.';
const OTHER_CODE = 'The phone showed another code than this server: the linking was broken off.';

function isFromServer({ attrs: { from = '' } }: BinaryNode): boolean {
  return from === SERVER || `@${from}` === SERVER;
}

function optionsIn(node: BinaryNode): PasskeyOptions | undefined {
  return readPasskeyOptions(getBinaryNodeChild(node, 'passkey_request_options')?.content);
}

function timeoutOf({ timeout }: PasskeyOptions): number {
  const wished = typeof timeout === 'number' && timeout > 0 ? timeout : USUAL_TIMEOUT_MS;
  return Math.min(Math.max(wished, TIMEOUT_MS.least), TIMEOUT_MS.most);
}

function contentOf(node: BinaryNode | undefined): Buffer {
  const { content } = node ?? {};
  return content instanceof Uint8Array || typeof content === 'string' ? Buffer.from(content) : Buffer.alloc(0);
}
