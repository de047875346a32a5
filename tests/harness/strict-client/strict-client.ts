import { Curve, proto, signedKeyPair } from '@whiskeysockets/baileys';
import { createHmac, randomBytes } from 'node:crypto';
import { verifySignature } from 'libsignal/src/curve.js';
import { WebSocket } from 'ws';

import type { ClientTarget } from '../baileys-client.ts';
import { Initiator, type Opened, type Pattern, PROLOGUE } from './strict-noise.ts';
import { readFrame, type StrictNode } from './strict-reader.ts';
import { writeFrame } from './strict-writer.ts';

/** One connection of a {@link StrictClient}. */
interface Line {
  readonly socket: WebSocket;
  readonly initiator: Initiator;
  opened?: Opened;
  bytes: Buffer;
}

const WAIT_MS = 20_000;
const SERVER = '@s.whatsapp.net';
const LENGTH_BYTES = 3;
const SIGNED = { account: Buffer.from([6, 0]), device: Buffer.from([6, 1]), keyType: Buffer.from([5]) };

/**
 * A client that keeps to the specification, and demands that of the server: it refuses what other clients than Baileys
 * cannot read. It pairs, logs in and confirms what arrives; it decrypts no messages. Its keys are in memory; another
 * `connect` uses the same, and resumes the Noise handshake.
 */
export class StrictClient implements AsyncDisposable {
  readonly nodes: StrictNode[] = [];
  /** The pattern of each handshake so far. */
  readonly patterns: Pattern[] = [];
  /** Each frame so far: whether it was compressed. */
  readonly compressed: boolean[] = [];
  /** Milliseconds between the last node of a connection and its end. */
  readonly lingeredMs: number[] = [];
  /** Its JID, once it is linked. */
  jid = '';
  readonly #target: ClientTarget;
  readonly #noiseKey = Curve.generateKeyPair();
  readonly #identity = Curve.generateKeyPair();
  readonly #advSecret = randomBytes(32);
  readonly #waiting = new Set<() => void>();
  #serverKey: Buffer | undefined;
  #line: Line | undefined;
  #failure: Error | undefined;
  #lastNodeMs = 0;

  constructor(target: ClientTarget) {
    this.#target = target;
  }

  /** Opens a connection, to be linked or as the linked device. It resumes if it knows the server. */
  connect({ resumes = true } = {}): this {
    const initiator = new Initiator({
      noiseKey: this.#noiseKey,
      payload: proto.ClientPayload.encode(this.jid === '' ? this.#registration() : loginOf(this.jid)).finish(),
      rootKey: Buffer.from(this.#target.rootKey, 'hex'),
      serverKey: resumes ? this.#serverKey : undefined,
    });
    const socket = new WebSocket(this.#target.wsUrl);
    const line: Line = { socket, initiator, bytes: Buffer.alloc(0) };
    this.#line = line;
    socket.on('open', () => socket.send(Buffer.concat([PROLOGUE, framed(initiator.hello())])));
    socket.on('message', (data) => this.#attempt(() => this.#take(line, data as Buffer)));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => {
      this.lingeredMs.push(performance.now() - this.#lastNodeMs);
      this.#look();
    });
    return this;
  }

  /** Links it by a scan; resolves when the server has ended that connection. */
  async pairWith(phone: { scan(qr: string): Promise<unknown> }): Promise<void> {
    const { length } = this.lingeredMs;
    this.connect();
    const offer = await this.node(({ content }) => childOf(content, 'pair-device') !== undefined);
    const [ref] = childOf(offer.content, 'pair-device')!.content as StrictNode[];
    const keys = [this.#noiseKey.public, this.#identity.public, this.#advSecret];
    const fields = keys.map((key) => Buffer.from(key).toString('base64'));
    await phone.scan([(ref!.content as Buffer).toString(), ...fields].join(','));
    await this.until(() => this.lingeredMs.length > length, 'the end of the pairing');
  }

  /** Logs in; resolves when everything that waited has arrived. */
  async logIn(options?: { resumes?: boolean }): Promise<void> {
    const { length } = this.nodes;
    this.connect(options);
    await this.node(({ tag }) => tag === 'success', length);
    this.send({ tag: 'iq', attrs: { id: 'active', to: SERVER, xmlns: 'passive', type: 'set' }, content: [ACTIVE] });
    await this.node(({ tag, content }) => tag === 'ib' && childOf(content, 'offline') !== undefined, length);
  }

  /** Sends a node over the current connection. */
  send(node: StrictNode, options?: { compressed?: boolean }): void {
    const { socket, opened } = this.#line!;
    socket.send(framed(opened!.write.seal(writeFrame(node, options))));
  }

  /** Resolves with the first matching node from the `from`-th on. */
  async node(matches: (node: StrictNode) => boolean, from = 0): Promise<StrictNode> {
    await this.until(() => this.nodes.slice(from).some(matches), 'a node');
    return this.nodes.slice(from).find(matches)!;
  }

  /** Resolves once `holds` is true. Rejects with what the server did wrong, as soon as it does. */
  until(holds: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(new Error(`The strict client waited in vain for ${what}.`)), WAIT_MS);
      const settle = (error?: Error): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        if (error) reject(error);
        else resolve();
      };
      const look = (): void => {
        if (this.#failure || holds()) settle(this.#failure);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Ends the current connection; resolves when it has ended. */
  async goAway(): Promise<void> {
    const { length } = this.lingeredMs;
    const socket = this.#line?.socket;
    if (!socket || socket.readyState === WebSocket.CLOSED) return;
    socket.terminate();
    await this.until(() => this.lingeredMs.length > length, 'its own end');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#failure = undefined;
    await this.goAway();
  }

  #take(line: Line, data: Buffer): void {
    line.bytes = Buffer.concat([line.bytes, data]);
    while (line.bytes.byteLength >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + line.bytes.readUIntBE(0, LENGTH_BYTES);
      if (line.bytes.byteLength < end) return;
      const payload = line.bytes.subarray(LENGTH_BYTES, end);
      line.bytes = line.bytes.subarray(end);
      if (line.opened) this.#receive(readFrame(line.opened.read.open(payload)));
      else this.#open(line, payload);
    }
  }

  #open(line: Line, payload: Buffer): void {
    const { opened, finish } = line.initiator.answer(payload);
    line.opened = opened;
    this.#serverKey = opened.serverKey;
    this.patterns.push(opened.pattern);
    if (finish) line.socket.send(framed(finish));
  }

  #receive({ node, compressed }: { node: StrictNode; compressed: boolean }): void {
    this.#lastNodeMs = performance.now();
    this.nodes.push(node);
    this.compressed.push(compressed);
    this.#confirm(node);
    this.#look();
  }

  #confirm(node: StrictNode): void {
    const { tag, attrs } = node;
    const { id = '', from: to = SERVER, participant, type } = attrs;
    const named = { to, id, ...(participant !== undefined && { participant }) };
    if (tag === 'iq') this.#answer(node, { to, id, type: 'result' });
    if (tag === 'message') this.send({ tag: 'receipt', attrs: named });
    if (tag === 'notification' || tag === 'receipt') {
      this.send({ tag: 'ack', attrs: { ...named, class: tag, ...(type !== undefined && { type }) } });
    }
  }

  #answer({ attrs: { type }, content }: StrictNode, attrs: StrictNode['attrs']): void {
    const success = childOf(content, 'pair-success');
    if (type === 'set') this.send({ tag: 'iq', attrs, ...(success && this.#sign(success)) });
  }

  /** Verifies the device identity and signs it; it is linked from now on. */
  #sign(success: StrictNode): { content: StrictNode[] } {
    const sealed = childOf(success.content, 'device-identity')!.content as Buffer;
    const { details: signed, hmac } = proto.ADVSignedDeviceIdentityHMAC.decode(sealed);
    if (!createHmac('sha256', this.#advSecret).update(signed!).digest().equals(hmac!)) {
      throw new Error('The device identity is not sealed with the ADV secret.');
    }
    const account = proto.ADVSignedDeviceIdentity.decode(signed!);
    const { details, accountSignatureKey } = account;
    const own = this.#identity.public;
    const phone = Buffer.concat([SIGNED.keyType, accountSignatureKey!]);
    const isSigned = verifySignature(
      phone,
      Buffer.concat([SIGNED.account, details!, own]),
      Buffer.from(account.accountSignature!),
    );
    if (!isSigned) throw new Error('The device identity is not signed by the phone.');
    const message = Buffer.concat([SIGNED.device, details!, own, accountSignatureKey!]);
    account.deviceSignature = Curve.sign(this.#identity.private, message);
    account.accountSignatureKey = null;
    this.jid = childOf(success.content, 'device')!.attrs.jid!;
    const attrs = { 'key-index': String(proto.ADVDeviceIdentity.decode(details!).keyIndex) };
    const content = Buffer.from(proto.ADVSignedDeviceIdentity.encode(account).finish());
    const identity = { tag: 'device-identity', attrs, content };
    return { content: [{ tag: 'pair-device-sign', attrs: {}, content: [identity] }] };
  }

  #registration(): proto.IClientPayload {
    const { keyPair, keyId, signature } = signedKeyPair(this.#identity, 1);
    const devicePairingData = {
      ...{ buildHash: randomBytes(16), deviceProps: proto.DeviceProps.encode({ os: 'Strict' }).finish() },
      ...{ eRegid: Buffer.from([0, 0, 1, 2]), eKeytype: Buffer.from([5]), eIdent: this.#identity.public },
      ...{ eSkeyId: Buffer.from([0, 0, keyId]), eSkeyVal: keyPair.public, eSkeySig: signature },
    };
    return { ...PAYLOAD, passive: false, pull: false, devicePairingData };
  }

  #attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
    this.#line?.socket.terminate();
    this.#look();
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}

const ACTIVE: StrictNode = { tag: 'active', attrs: {} };
const { Platform } = proto.ClientPayload.UserAgent;
const PAYLOAD: proto.IClientPayload = {
  userAgent: { platform: Platform.WEB, appVersion: { primary: 2, secondary: 3000, tertiary: 1_040_000_000 } },
};

function loginOf(jid: string): proto.IClientPayload {
  const [user, device] = jid.split('@')[0]!.split(':');
  return { ...PAYLOAD, username: Number(user), device: Number(device), passive: true, pull: true };
}

function framed(payload: Uint8Array): Buffer {
  const head = Buffer.alloc(LENGTH_BYTES);
  head.writeUIntBE(payload.byteLength, 0, LENGTH_BYTES);
  return Buffer.concat([head, payload]);
}

function childOf(content: StrictNode['content'], tag: string): StrictNode | undefined {
  return Buffer.isBuffer(content) ? undefined : content?.find((child) => child.tag === tag);
}
