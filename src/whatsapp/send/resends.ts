import {
  areJidsSameUser,
  type BinaryNode,
  type Contact,
  getBinaryNodeChildren,
  isLidUser,
  isPnUser,
  jidDecode,
  proto,
  type WAMessageKey,
  type WASocket,
} from '@whiskeysockets/baileys';
import { SerialQueue } from '../../kit/serial-queue.ts';
import { lidOf, withoutDevice } from '../addressing/jid.ts';
import { takeOwnListeners } from '../baileys/own-listeners.ts';
import { isInteractive, nodesBeside } from '../messages/nodes-beside.ts';

/** Finds a message that we sent, encoded, by its id, for a recipient that could not decrypt it. */
export type FindSent = (messageId: string) => Promise<Uint8Array | undefined>;

/** A message that is still to be sent again. */
interface Pending {
  key: WAMessageKey;
  message: proto.IMessage;
}

/** A device asks for messages again. */
interface Request {
  ids: ReadonlySet<string>;
  count: number;
  /** The privacy token of the contact whose linked device asks. */
  token: Uint8Array | undefined;
  pending: Pending[];
}

/** What {@link Resends} works with. */
interface ResendsDeps {
  /** Unix ms. */
  nowMs: () => number;
  /** A message could not be sent again; the recipient may ask once more. */
  failed: (error: unknown) => void;
}

/**
 * Sends messages again to recipients who could not read them. Baileys does it without the nodes beside a message, and nobody
 * would see buttons then; and, when a linked device asks, without the privacy token of its owner, and WhatsApp refuses that with
 * 463 (zapo#167). So Baileys is told that it does not know such a message; when it has set up the Signal session that the
 * recipient needs, and counted the request, the message goes out from here.
 */
export class Resends {
  readonly #findSent: FindSent;
  readonly #deps: ResendsDeps;
  readonly #requests = new SerialQueue();
  #current: Request | undefined;

  constructor(findSent: FindSent, deps: ResendsDeps) {
    this.#findSent = findSent;
    this.#deps = deps;
  }

  /** Takes over what Baileys cannot do. Call it right after the socket is made. */
  watch(socket: WASocket): void {
    this.#keepFromCache(socket);
    const own = takeOwnListeners<BinaryNode>(socket, 'CB:receipt');
    const handle = async (receipt: BinaryNode): Promise<void> => {
      await Promise.all(own.map((listener) => listener(receipt)));
    };
    socket.ws.on('CB:receipt', (receipt: BinaryNode) => {
      const isRequest = receipt.attrs.type === 'retry';
      const work = isRequest ? this.#requests.run(() => this.#answer(socket, receipt, handle)) : handle(receipt);
      work.catch((error: unknown) => this.#deps.failed(error));
    });
  }

  /** The message with this key, if Baileys can send it again. By the id alone: a receipt may name the chat by number or by LID. */
  async message(key: WAMessageKey): Promise<proto.IMessage | undefined> {
    const content = key.id ? await this.#findSent(key.id) : undefined;
    // Unknown stays undefined: an empty message would show up blank at the recipient.
    const message = content && proto.Message.decode(content);
    if (!message || !(isInteractive(message) || this.#needsToken(key.id))) return message;
    this.#current?.pending.push({ key, message });
    return undefined;
  }

  async #answer(socket: WASocket, receipt: BinaryNode, handle: (receipt: BinaryNode) => Promise<void>): Promise<void> {
    const token = await tokenFor(socket, receipt);
    const request: Request = { ids: new Set(idsIn(receipt)), count: countIn(receipt), token, pending: [] };
    this.#current = request;
    try {
      // With `offline`, Baileys would only put it into a queue of its own.
      const attrs = { ...receipt.attrs };
      delete attrs.offline;
      await handle({ ...receipt, attrs });
    } finally {
      this.#current = undefined;
    }
    for (const pending of request.pending) await this.#send(socket, pending, request);
  }

  /** As Baileys would: to the device that asked or, when that is a phone, to everybody again. */
  async #send(socket: WASocket, { key, message }: Pending, { count, token }: Request): Promise<void> {
    const asking = key.participant ?? '';
    const isPhone = !asking.includes(':') || asking.includes(':0@');
    const to = isPhone ? { useUserDevicesCache: false } : { participant: { jid: asking, count } };
    // To everybody, Baileys itself adds the token.
    const tokenNode = token && !isPhone ? [{ tag: 'tctoken', attrs: {}, content: token }] : [];
    await socket.relayMessage(key.remoteJid ?? asking, message, {
      messageId: key.id ?? '',
      additionalNodes: [...nodesBeside(message, this.#deps.nowMs()), ...tokenNode],
      ...to,
    });
  }

  /** Baileys looks into this cache of its own before it asks for a message. */
  #keepFromCache({ messageRetryManager: cache }: WASocket): void {
    if (!cache) return;
    const add = cache.addRecentMessage.bind(cache);
    cache.addRecentMessage = (to, id, message) => {
      if (!isInteractive(message)) add(to, id, message);
    };
    const recent = cache.getRecentMessage.bind(cache);
    cache.getRecentMessage = (to, id) => (this.#needsToken(id) ? undefined : recent(to, id));
  }

  #needsToken(id: string | null | undefined): boolean {
    return this.#current?.token !== undefined && this.#current.ids.has(id ?? '');
  }
}

/** The token of a contact whose linked device asks; `undefined` where there is none, and where Baileys adds it. */
async function tokenFor(
  { authState, signalRepository }: WASocket,
  receipt: BinaryNode,
): Promise<Uint8Array | undefined> {
  if (!isOfContact(receipt, authState.creds.me)) return undefined;
  const jid = withoutDevice(receipt.attrs.from ?? '');
  const name = lidOf(jid) ?? lidOf(await signalRepository.lidMapping.getLIDForPN(jid)) ?? jid;
  const { [name]: entry } = await authState.keys.get('tctoken', [name]);
  return entry?.token.length ? entry.token : undefined;
}

/** Whether a linked device of somebody else asks: for a phone, Baileys sends everything again, with the token. */
function isOfContact({ attrs: { from = '', recipient } }: BinaryNode, me: Contact | undefined): boolean {
  const isLinked = !!jidDecode(from)?.device && (isPnUser(from) === true || isLidUser(from) === true);
  return isLinked && recipient === undefined && ![me?.id, me?.lid].some((jid) => areJidsSameUser(jid, from));
}

/** Of one message, or of several. */
function idsIn({ attrs, content }: BinaryNode): string[] {
  const list = Array.isArray(content) ? getBinaryNodeChildren(content[0], 'item') : [];
  return [attrs, ...list.map((item) => item.attrs)].flatMap(({ id }) => id ?? []);
}

function countIn({ content }: BinaryNode): number {
  const retry = Array.isArray(content) ? content.find(({ tag }) => tag === 'retry') : undefined;
  return Math.max(1, Math.trunc(Number(retry?.attrs.count)) || 1);
}
