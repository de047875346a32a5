import { decodeBinaryNode, type proto } from '@whiskeysockets/baileys';
import { type WebSocket } from 'ws';

import { type Stanza } from '../kit/stanza.ts';
import { type Connection } from '../world/connection.ts';
import { type LinkedDevice } from '../world/linked-device.ts';
import { encodeStanza } from './binary-node.ts';
import { frame, FrameReader } from './frames.ts';
import { NoiseResponder, type TransportCipher } from './noise.ts';
import { type ServerIdentity } from './server-identity.ts';

/** Reacts to what a client does, and decides about faults of its connection. */
export interface ClientListener {
  /** Whether to answer the handshake. */
  answersHandshake(): boolean;
  /** Passes what is really sent for a stanza to `send`. */
  sending(client: Client, stanza: Stanza, send: (stanza: Stanza) => void): void;
  /** The number of the next `length` bytes after which the connection is cut; undefined when it is not. */
  cutsWithin(client: Client, length: number): number | undefined;
  /** The maximum size of a WebSocket message; undefined sends each one whole. */
  messageBytes(): number | undefined;
  introduced(client: Client, payload: proto.ClientPayload): Promise<void>;
  received(client: Client, stanza: Stanza): Promise<void>;
  closed(client: Client): void;
  /** Reports an error of this client; its connection is cut. */
  failed(client: Client, error: unknown): void;
}

type Phase =
  | { name: 'hello'; noise: NoiseResponder }
  | { name: 'finish'; noise: NoiseResponder }
  | { name: 'open'; cipher: TransportCipher };

const CLOSE_GRACE_MS = 2_000;

/**
 * A connection of a client: first the handshake, then stanzas in both directions. Stanzas are handled one at a time, in
 * order. Everything sent within one turn of the event loop leaves as one WebSocket message of several frames.
 */
export class Client implements Connection {
  /** The number of the connection, from 1. */
  readonly id: number;
  /** The device that logged in over this connection. */
  device: LinkedDevice | undefined;
  /** The client's static Noise key, in hex; empty during the handshake. */
  noiseKey = '';
  readonly #socket: WebSocket;
  readonly #listener: ClientListener;
  readonly #reader = new FrameReader();
  #phase: Phase;
  #outgoing: Buffer[] = [];
  #work: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(socket: WebSocket, deps: { id: number; identity: ServerIdentity; listener: ClientListener }) {
    this.id = deps.id;
    this.#socket = socket;
    this.#listener = deps.listener;
    this.#phase = { name: 'hello', noise: new NoiseResponder(deps.identity) };
    socket.on('message', (data) => this.#take(data as Buffer));
    socket.on('error', () => this.cut());
    socket.on('close', () => {
      this.#ended = true;
      this.#listener.closed(this);
    });
  }

  /** The number of the account that logged in over this connection. */
  get number(): string | undefined {
    return this.device?.owner.number;
  }

  send(stanza: Stanza): void {
    if (this.#ended) return;
    this.#listener.sending(this, stanza, (each) => this.#seal(each, (sealed) => sealed));
  }

  /** Sends the stanza as a frame that cannot be decrypted. */
  sendDamaged(stanza: Stanza): void {
    this.#seal(stanza, (sealed) => sealed.map((byte) => byte ^ 1));
  }

  /** Stops reading and sending, as when the network path is gone; not even a close frame is answered. */
  goSilent(): void {
    this.#ended = true;
    this.#socket.pause();
  }

  close(): void {
    if (!this.#ended) this.#flush();
    this.#ended = true;
    this.#socket.close(1000);
    setTimeout(() => this.#socket.terminate(), CLOSE_GRACE_MS).unref();
  }

  cut(): void {
    this.#ended = true;
    this.#socket.terminate();
  }

  /** Cuts the connection once everything sent so far has left. */
  cutAfterSent(): void {
    if (this.#ended) return;
    this.#flush(() => this.#socket.terminate());
    this.#ended = true;
  }

  #take(data: Buffer): void {
    try {
      for (const payload of this.#ended ? [] : this.#reader.push(data)) this.#takeFrame(payload);
    } catch (error) {
      this.#fail(error);
    }
  }

  #takeFrame(payload: Buffer): void {
    const phase = this.#phase;
    if (phase.name === 'hello') {
      if (!this.#listener.answersHandshake()) return;
      this.#push(phase.noise.hello(payload));
      this.#phase = { name: 'finish', noise: phase.noise };
    } else if (phase.name === 'finish') {
      const { noiseKey, payload: introduction, cipher } = phase.noise.finish(payload);
      this.noiseKey = noiseKey.toString('hex');
      this.#phase = { name: 'open', cipher };
      this.#then(() => this.#listener.introduced(this, introduction));
    } else {
      const plain = phase.cipher.decrypt(payload);
      this.#then(async () => this.#listener.received(this, await decodeBinaryNode(plain)));
    }
  }

  #then(step: () => Promise<void>): void {
    this.#work = this.#work.then(step).catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    this.#listener.failed(this, error);
    this.cut();
  }

  #seal(stanza: Stanza, change: (sealed: Uint8Array) => Uint8Array): void {
    if (this.#ended || this.#phase.name !== 'open') return;
    this.#push(change(this.#phase.cipher.encrypt(encodeStanza(stanza))));
  }

  #push(payload: Uint8Array): void {
    if (this.#outgoing.length === 0) queueMicrotask(() => this.#flush());
    this.#outgoing.push(frame(payload));
  }

  #flush(left?: () => void): void {
    const bytes = this.#outgoing.length === 1 ? this.#outgoing[0] : Buffer.concat(this.#outgoing);
    this.#outgoing = [];
    if (this.#ended || !bytes?.byteLength) return;
    const end = this.#listener.cutsWithin(this, bytes.byteLength);
    if (end === undefined) {
      this.#write(bytes, left);
      return;
    }
    this.#write(bytes.subarray(0, end), () => this.#socket.terminate());
    this.#ended = true;
  }

  #write(bytes: Buffer, left?: () => void): void {
    const { byteLength } = bytes;
    const size = this.#listener.messageBytes() ?? byteLength;
    for (let start = 0; start < byteLength; start += size) {
      const isLast = start + size >= byteLength;
      this.#socket.send(bytes.subarray(start, start + size), isLast ? left : undefined);
    }
  }
}
