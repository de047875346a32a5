import { decodeBinaryNode, type proto } from '@whiskeysockets/baileys';
import { type WebSocket } from 'ws';

import { type Stanza } from '../kit/stanza.ts';
import { type Line } from '../world/line.ts';
import { type LinkedDevice } from '../world/linked-device.ts';
import { encodeStanza } from './binary-node.ts';
import { frame, FrameReader } from './frames.ts';
import { NoiseResponder, type TransportCipher } from './noise.ts';
import { type ServerIdentity } from './server-identity.ts';

/** Who is told what a client does. */
export interface ClientListener {
  /** Whether the handshake is answered at all. */
  answersHandshake(): boolean;
  /** Into how many bytes each WebSocket message is cut; undefined leaves them whole. */
  messageBytes(): number | undefined;
  introduced(client: Client, payload: proto.ClientPayload): Promise<void>;
  received(client: Client, stanza: Stanza): Promise<void>;
  closed(client: Client): void;
  /** Something went wrong with this client, and its connection was cut. */
  failed(client: Client, error: unknown): void;
}

type Phase =
  | { name: 'hello'; noise: NoiseResponder }
  | { name: 'finish'; noise: NoiseResponder }
  | { name: 'open'; cipher: TransportCipher };

const CLOSE_GRACE_MS = 2_000;

/**
 * One connection of a client: the handshake first, then stanzas both ways. Its stanzas are handled one after the other,
 * in their order. What is sent within one turn of the event loop leaves as one WebSocket message of several frames.
 */
export class Client implements Line {
  /** Counts connections, from 1. */
  readonly id: number;
  /** The device that logged in over this connection. */
  device: LinkedDevice | undefined;
  /** The client's static Noise key, hex; empty during the handshake. */
  noiseKey = '';
  readonly #socket: WebSocket;
  readonly #listener: ClientListener;
  readonly #reader = new FrameReader();
  #phase: Phase;
  #outgoing: Buffer[] = [];
  #work: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(socket: WebSocket, parts: { id: number; identity: ServerIdentity; listener: ClientListener }) {
    this.id = parts.id;
    this.#socket = socket;
    this.#listener = parts.listener;
    this.#phase = { name: 'hello', noise: new NoiseResponder(parts.identity) };
    socket.on('message', (data) => this.#take(data as Buffer));
    socket.on('error', () => this.cut());
    socket.on('close', () => {
      this.#ended = true;
      this.#listener.closed(this);
    });
  }

  send(stanza: Stanza): void {
    if (this.#ended || this.#phase.name !== 'open') return;
    this.#push(this.#phase.cipher.encrypt(encodeStanza(stanza)));
  }

  close(): void {
    if (this.#ended) return;
    this.#flush();
    this.#ended = true;
    this.#socket.close(1000);
    setTimeout(() => this.#socket.terminate(), CLOSE_GRACE_MS).unref();
  }

  cut(): void {
    this.#ended = true;
    this.#socket.terminate();
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

  #push(payload: Uint8Array): void {
    if (this.#outgoing.length === 0) queueMicrotask(() => this.#flush());
    this.#outgoing.push(frame(payload));
  }

  #flush(): void {
    const bytes = this.#outgoing.length === 1 ? this.#outgoing[0] : Buffer.concat(this.#outgoing);
    this.#outgoing = [];
    if (this.#ended || !bytes?.byteLength) return;
    const size = this.#listener.messageBytes() ?? bytes.byteLength;
    for (let start = 0; start < bytes.byteLength; start += size) this.#socket.send(bytes.subarray(start, start + size));
  }
}
