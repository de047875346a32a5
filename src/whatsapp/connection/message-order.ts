import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BinaryNode, WASocket } from '@whiskeysockets/baileys';
import { SerialQueue } from '../../kit/serial-queue.ts';
import { handleable } from '../baileys/message-stanza.ts';
import { takeOwnListeners } from '../baileys/own-listeners.ts';

/** Baileys' own handling of a frame or a stanza. */
type Handle<Data> = (data: Data) => Promise<void>;

/** Receives what {@link MessageOrder} notices. */
export interface OrderListener {
  /** Called when Baileys failed to handle something: a damaged frame, or a stanza that makes it throw. */
  failed(error: unknown): void;
  /** Called when Baileys has finished with a message, and whether it emitted it. */
  handled(stanza: BinaryNode, isEmitted: boolean): void;
  /** Called after that when it emitted nothing for a message. */
  skipped(stanza: BinaryNode): void;
  /**
   * Called with the messages that come next, the first one at once, so that costly work can be done for all of them
   * together. Must not reject.
   */
  upcoming(stanzas: readonly BinaryNode[]): Promise<void>;
}

/** How many messages are handled in a row before the rest of the process gets a turn. */
const IN_A_ROW = 10;
/** How many messages are announced at once, at most. */
const ANNOUNCED_AT_MOST = 30;

/**
 * Keeps messages in the order in which they came over the wire. Baileys alone does not: it decodes a compressed frame
 * while a later one overtakes it; it resolves the addresses of several live messages at once; and it handles messages
 * that waited at WhatsApp in a queue of its own, which live messages pass. Here Baileys gets the next message when it
 * has finished the one before, whether live or queued. Create it right after the socket.
 */
export class MessageOrder {
  readonly #socket: WASocket;
  readonly #frames = new SerialQueue();
  readonly #messages = new SerialQueue();
  readonly #listener: OrderListener;
  /** The messages that Baileys did not get yet; the first `#announced` of them were announced. */
  readonly #waiting: BinaryNode[] = [];
  #announced = 0;
  #current: BinaryNode | undefined;
  /** The last message that Baileys emitted. */
  #lastEmitted: BinaryNode | undefined;
  #handled = 0;

  constructor(socket: WASocket, listener: OrderListener) {
    const failed = (error: unknown) => listener.failed(error);
    this.#socket = socket;
    this.#listener = listener;
    takeOver<Uint8Array>(socket, 'message', (data, handle) => {
      this.#frames.run(() => handle(data)).catch(failed);
    });
    takeOver<BinaryNode>(socket, 'CB:message', (stanza, handle) => {
      this.#waiting.push(stanza);
      this.#messages.run(() => this.#handle(stanza, handle)).catch(failed);
    });
  }

  /**
   * Call it when Baileys emits a message. Returns whether the message had waited at WhatsApp; `undefined` if it is not
   * the one being handled.
   */
  emitted(messageId: string | null | undefined): boolean | undefined {
    const { attrs } = this.#current ?? {};
    if (!attrs || attrs.id !== messageId) return undefined;
    this.#lastEmitted = this.#current;
    return attrs.offline !== undefined;
  }

  /** Resolves when every message that has come so far is handled. */
  async drained(): Promise<void> {
    await this.#frames.run(() => Promise.resolve());
    await this.#messages.run(() => Promise.resolve());
  }

  /** Passes one message to Baileys, unless the connection is closed by then: WhatsApp delivers it again. */
  async #handle(stanza: BinaryNode, handle: Handle<BinaryNode>): Promise<void> {
    await this.#announce();
    this.#waiting.shift();
    this.#announced = Math.max(0, this.#announced - 1);
    if (!this.#socket.ws.isOpen) return;
    this.#current = stanza;
    await handle(handleable(stanza));
    this.#current = undefined;
    this.#report(stanza, this.#lastEmitted === stanza);
    this.#handled += 1;
    if (this.#handled % IN_A_ROW === 0) await nextTurn();
  }

  #report(stanza: BinaryNode, isEmitted: boolean): void {
    this.#listener.handled(stanza, isEmitted);
    if (!isEmitted && stanza.attrs.id !== undefined) this.#listener.skipped(stanza);
  }

  async #announce(): Promise<void> {
    if (this.#announced > 0 || !this.#socket.ws.isOpen) return;
    const stanzas = this.#waiting.slice(0, ANNOUNCED_AT_MOST);
    this.#announced = stanzas.length;
    await this.#listener.upcoming(stanzas);
  }
}

/** Puts `take` in front of Baileys' own listeners for the event. */
function takeOver<Data>(socket: WASocket, event: string, take: (data: Data, handle: Handle<Data>) => void): void {
  const own = takeOwnListeners<Data>(socket, event);
  socket.ws.on(event, (data: Data) =>
    take(data, async (given) => {
      await Promise.all(own.map((listener) => listener(given)));
    }),
  );
}
