import { setImmediate as nextTurn } from 'node:timers/promises';
import { type BinaryNode, type WASocket } from '@whiskeysockets/baileys';
import { SerialQueue } from '../../kit/serial-queue.ts';
import { takeOwnListeners } from '../baileys/own-listeners.ts';

/** What Baileys does with something that came. */
type Handle<Data> = (data: Data) => Promise<void>;

/** What becomes of messages that are no message in the end. */
export interface OrderListener {
  /** Baileys could not take something: a frame that is damaged, a stanza that it chokes on. */
  failed(error: unknown): void;
  /** Baileys is done with the message of this id, and told nobody of it. */
  unheard(messageId: string): void;
  /** These come next, the first at once and the others after it: a chance to do for all what is dear for each. Never rejects. */
  upcoming(stanzas: readonly BinaryNode[]): Promise<void>;
}

/** After so many messages in a row everybody else in the process gets a turn. */
const IN_A_ROW = 10;
/** So many are announced at once. */
const ANNOUNCED_AT_MOST = 30;

/**
 * Keeps messages in the order in which they came over the wire. Baileys alone does not: it decodes a compressed frame
 * while a later one overtakes it; it looks up the addresses of several live messages at once; and it takes what had
 * waited at WhatsApp from a queue of its own, past which live messages go. Here the next message is handed to Baileys when
 * it is done with the one before, whether that was live or had waited. To be made right after the socket.
 */
export class MessageOrder {
  readonly #socket: WASocket;
  readonly #messages = new SerialQueue();
  readonly #listener: OrderListener;
  /** Those that have come and were not handed to Baileys yet, and how many of them were announced. */
  readonly #waiting: BinaryNode[] = [];
  #announced = 0;
  #current: BinaryNode | undefined;
  /** The last one that Baileys told of. */
  #heard: BinaryNode | undefined;
  #handled = 0;

  constructor(socket: WASocket, listener: OrderListener) {
    const failed = (error: unknown) => listener.failed(error);
    this.#socket = socket;
    this.#listener = listener;
    const frames = new SerialQueue();
    takeOver<Uint8Array>(socket, 'message', (data, handle) => {
      frames.run(() => handle(data)).catch(failed);
    });
    takeOver<BinaryNode>(socket, 'CB:message', (stanza, handle) => {
      this.#waiting.push(stanza);
      this.#messages.run(() => this.#handle(stanza, handle)).catch(failed);
    });
  }

  /**
   * Baileys tells of a message. Answers whether it had waited at WhatsApp; `undefined` when it is not the one that is being
   * handled.
   */
  heard(messageId: string | null | undefined): boolean | undefined {
    const { attrs } = this.#current ?? {};
    if (!attrs || attrs.id !== messageId) return undefined;
    this.#heard = this.#current;
    return attrs.offline !== undefined;
  }

  /** WhatsApp delivers again what comes too late for this line. */
  async #handle(stanza: BinaryNode, handle: Handle<BinaryNode>): Promise<void> {
    await this.#announce();
    this.#waiting.shift();
    this.#announced = Math.max(0, this.#announced - 1);
    if (!this.#socket.ws.isOpen) return;
    this.#current = stanza;
    await handle(asLive(stanza));
    this.#current = undefined;
    if (this.#heard !== stanza && stanza.attrs.id !== undefined) this.#listener.unheard(stanza.attrs.id);
    this.#handled += 1;
    if (this.#handled % IN_A_ROW === 0) await nextTurn();
  }

  async #announce(): Promise<void> {
    if (this.#announced > 0 || !this.#socket.ws.isOpen) return;
    const stanzas = this.#waiting.slice(0, ANNOUNCED_AT_MOST);
    this.#announced = stanzas.length;
    await this.#listener.upcoming(stanzas);
  }
}

/** The same stanza, with the same buffers, without the mark that would put it into Baileys' own queue. */
function asLive(stanza: BinaryNode): BinaryNode {
  const { offline, ...attrs } = stanza.attrs;
  return offline === undefined ? stanza : { ...stanza, attrs };
}

/** Puts `take` in front of the listeners that Baileys itself has for the event. */
function takeOver<Data>(socket: WASocket, event: string, take: (data: Data, handle: Handle<Data>) => void): void {
  const own = takeOwnListeners<Data>(socket, event);
  socket.ws.on(event, (data: Data) =>
    take(data, async (given) => {
      await Promise.all(own.map((listener) => listener(given)));
    }),
  );
}
