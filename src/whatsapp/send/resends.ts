import { type BinaryNode, proto, type WAMessageKey, type WASocket } from '@whiskeysockets/baileys';
import { takeOwnListeners } from '../baileys/own-listeners.ts';
import { isInteractive, nodesBeside } from '../messages/nodes-beside.ts';

/** Finds a message that we sent, encoded, by its id, for a recipient that could not decrypt it. */
export type FindSent = (messageId: string) => Promise<Uint8Array | undefined>;

/** A message that is still to be sent again. */
interface Pending {
  key: WAMessageKey;
  message: proto.IMessage;
}

/** What {@link Resends} works with. */
interface ResendsDeps {
  /** Unix ms. */
  nowMs: () => number;
  /** A message could not be sent again; the recipient may ask once more. */
  failed: (error: unknown) => void;
}

/**
 * Sends messages again to recipients who could not read them. Baileys does it without the nodes beside a message, and
 * nobody would see buttons then. So it is told that it does not know such a message; when it has set up the Signal
 * session that the recipient needs, and counted the request, the message goes out from here.
 */
export class Resends {
  readonly #findSent: FindSent;
  readonly #deps: ResendsDeps;
  readonly #pending = new Map<string, Pending>();

  constructor(findSent: FindSent, deps: ResendsDeps) {
    this.#findSent = findSent;
    this.#deps = deps;
  }

  /** Takes over what Baileys cannot do. Call it right after the socket is made. */
  watch(socket: WASocket): void {
    keepFromCache(socket);
    const own = takeOwnListeners<BinaryNode>(socket, 'CB:receipt');
    socket.ws.on('CB:receipt', (stanza: BinaryNode) => {
      this.#handle(socket, stanza, (given) => Promise.all(own.map((listener) => listener(given)))).catch(
        (error: unknown) => this.#deps.failed(error),
      );
    });
  }

  /** The message with this key, if Baileys can send it again. By the id alone: a receipt may name the chat by number or by LID. */
  async message(key: WAMessageKey): Promise<proto.IMessage | undefined> {
    const content = key.id ? await this.#findSent(key.id) : undefined;
    // Unknown stays undefined: an empty message would show up blank at the recipient.
    const message = content && proto.Message.decode(content);
    if (!message || !isInteractive(message)) return message;
    this.#pending.set(nameOf(key.id, key.participant), { key, message });
    return undefined;
  }

  async #handle(socket: WASocket, stanza: BinaryNode, handle: (stanza: BinaryNode) => Promise<unknown>): Promise<void> {
    const { id, type, participant, from } = stanza.attrs;
    if (type !== 'retry') {
      await handle(stanza);
      return;
    }
    // With `offline`, Baileys would only put it into a queue of its own.
    const attrs = { ...stanza.attrs };
    delete attrs.offline;
    await handle({ ...stanza, attrs });
    const name = nameOf(id, participant ?? from);
    const pending = this.#pending.get(name);
    this.#pending.delete(name);
    if (pending) await this.#send(socket, pending, stanza);
  }

  /** As Baileys would: to the device that asked or, when that is a phone, to everybody again. */
  async #send(socket: WASocket, { key, message }: Pending, stanza: BinaryNode): Promise<void> {
    const asking = key.participant ?? '';
    const isPhone = !asking.includes(':') || asking.includes(':0@');
    const to = isPhone ? { useUserDevicesCache: false } : { participant: { jid: asking, count: countOf(stanza) } };
    await socket.relayMessage(key.remoteJid ?? asking, message, {
      messageId: key.id ?? '',
      additionalNodes: nodesBeside(message, this.#deps.nowMs()),
      ...to,
    });
  }
}

/** Baileys looks into this cache of its own before it asks for a message. */
function keepFromCache({ messageRetryManager: cache }: WASocket): void {
  if (!cache) return;
  const add = cache.addRecentMessage.bind(cache);
  cache.addRecentMessage = (to, id, message) => {
    if (!isInteractive(message)) add(to, id, message);
  };
}

function countOf({ content }: BinaryNode): number {
  const retry = Array.isArray(content) ? content.find(({ tag }) => tag === 'retry') : undefined;
  return Math.max(1, Number(retry?.attrs.count) || 1);
}

function nameOf(id: string | null | undefined, asking: string | null | undefined): string {
  return `${id ?? ''} ${asking ?? ''}`;
}
