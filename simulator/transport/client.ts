import { decodeBinaryNode, type proto } from '@whiskeysockets/baileys';
import type { WebSocket } from 'ws';

import { node, type Stanza } from '../kit/stanza.ts';
import type { Connection } from '../world/connection.ts';
import type { LinkedDevice } from '../world/linked-device.ts';
import { encodeStanza } from './binary-node.ts';
import { frame, FrameReader } from './frames.ts';
import { type ClientIntroduction, NoiseResponder } from './noise.ts';
import type { TransportCipher } from './noise-state.ts';
import type { ServerIdentity } from './server-identity.ts';

/** Reacts to what a client does, and decides about faults of its connection. */
export interface ClientListener {
  /** Whether to answer the handshake. */
  answersHandshake(): boolean;
  /** Whether to accept a handshake that resumes. */
  resumes(): boolean;
  /** Whether to write this client's next stanza compressed. */
  compresses(client: Client): boolean;
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

const STREAM_END: Stanza = node('xmlstreamend');
/** Between the end of the stream and that of the socket; clients that both reach at once take it for a lost line. */
const LINGER_MS = 300;
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
  #closing: NodeJS.Timeout | undefined;

  /** @internal Not in the types of the package: its users have no types of `ws`. */
  constructor(socket: WebSocket, deps: { id: number; identity: ServerIdentity; listener: ClientListener }) {
    this.id = deps.id;
    this.#socket = socket;
    this.#listener = deps.listener;
    this.#phase = { name: 'hello', noise: new NoiseResponder(deps.identity, () => deps.listener.resumes()) };
    socket.on('message', (data) => this.#take(data as Buffer));
    socket.on('error', () => this.cut());
    socket.on('close', () => {
      this.#ended = true;
      clearTimeout(this.#closing);
      this.#listener.closed(this);
    });
  }

  /** The number of the account that logged in over this connection. */
  get number(): string | undefined {
    return this.device?.owner.number;
  }

  /** The way by which it came, if it said so. */
  get routingInfo(): Buffer | undefined {
    return this.#reader.routingInfo;
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

  /** Ends the stream after everything sent so far, as WhatsApp does; the socket closes a little later. */
  close(): void {
    this.#seal(STREAM_END, (sealed) => sealed);
    if (!this.#ended) this.#flush();
    this.#ended = true;
    this.#closing ??= setTimeout(() => this.#closeSocket(), LINGER_MS).unref();
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

  #closeSocket(): void {
    this.#socket.close(1000);
    this.#closing = setTimeout(() => this.#socket.terminate(), CLOSE_GRACE_MS).unref();
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
      const { serverHello, introduction } = phase.noise.hello(payload);
      this.#push(serverHello);
      if (introduction) this.#open(introduction);
      else this.#phase = { name: 'finish', noise: phase.noise };
    } else if (phase.name === 'finish') {
      this.#open(phase.noise.finish(payload));
    } else {
      const plain = phase.cipher.decrypt(payload);
      this.#then(async () => this.#listener.received(this, await decodeBinaryNode(plain)));
    }
  }

  #open({ noiseKey, payload, cipher }: ClientIntroduction): void {
    this.noiseKey = noiseKey.toString('hex');
    this.#phase = { name: 'open', cipher };
    this.#then(() => this.#listener.introduced(this, payload));
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
    const plain = encodeStanza(stanza, { compressed: this.#listener.compresses(this) });
    this.#push(change(this.#phase.cipher.encrypt(plain)));
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
