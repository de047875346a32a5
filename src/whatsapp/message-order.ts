import { setImmediate as nextTurn } from 'node:timers/promises';
import { type BinaryNode, type WASocket } from '@whiskeysockets/baileys';
import { SerialQueue } from '../kit/serial-queue.ts';
import { takeOwnListeners } from './own-listeners.ts';

/** What Baileys does with something that came. */
type Handle<Data> = (data: Data) => Promise<void>;

/** After so many messages in a row everybody else in the process gets a turn. */
const BATCH = 10;

/**
 * Keeps messages in the order in which they came over the wire. Baileys alone does not: it decodes a compressed frame
 * while a later one overtakes it; it looks up the addresses of several live messages at once; and it takes what had
 * waited at WhatsApp from a queue of its own, past which live messages go. Here the next message is handed to Baileys when
 * it is done with the one before, whether that was live or had waited. To be made right after the socket.
 */
export class MessageOrder {
  readonly #socket: WASocket;
  readonly #messages = new SerialQueue();
  #current: BinaryNode | undefined;
  #handled = 0;

  /** `failed` is told of what Baileys could not take: a frame that is damaged, a stanza that it chokes on. */
  constructor(socket: WASocket, failed: (error: unknown) => void) {
    this.#socket = socket;
    const frames = new SerialQueue();
    takeOver<Uint8Array>(socket, 'message', (data, handle) => {
      frames.run(() => handle(data)).catch(failed);
    });
    takeOver<BinaryNode>(socket, 'CB:message', (stanza, handle) => {
      this.#messages.run(() => this.#handle(stanza, handle)).catch(failed);
    });
  }

  /** Whether the message that is being handled had waited at WhatsApp; `undefined` when this is not its id. */
  hadWaited(messageId: string | null | undefined): boolean | undefined {
    const { attrs } = this.#current ?? {};
    return attrs && attrs.id === messageId ? attrs.offline !== undefined : undefined;
  }

  /** WhatsApp delivers again what comes too late for this line. */
  async #handle(stanza: BinaryNode, handle: Handle<BinaryNode>): Promise<void> {
    if (!this.#socket.ws.isOpen) return;
    this.#current = stanza;
    await handle(asLive(stanza));
    this.#current = undefined;
    this.#handled += 1;
    if (this.#handled % BATCH === 0) await nextTurn();
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
