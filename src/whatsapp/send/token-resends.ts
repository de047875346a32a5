import {
  areJidsSameUser,
  type BinaryNode,
  type Contact,
  isLidUser,
  isPnUser,
  jidDecode,
  type proto,
  type WASocket,
  getBinaryNodeChildren,
} from '@whiskeysockets/baileys';
import { SerialQueue } from '../../kit/serial-queue.ts';
import { lidOf, withoutDevice } from '../addressing/jid.ts';
import { takeOwnListeners } from '../baileys/own-listeners.ts';

/** Finds a message that we sent. */
type FindMessage = (messageId: string) => Promise<proto.IMessage | undefined>;

/** The device that asks for a message again, and the token of its owner. */
interface Request {
  from: string;
  count: number;
  token: Uint8Array;
  ids: ReadonlySet<string>;
  /** What Baileys would send again. */
  wanted: Map<string, proto.IMessage>;
}

/**
 * Sends a message again with the privacy token of its recipient. Baileys leaves it out when a linked device asks, and WhatsApp
 * refuses such a message with 463 (zapo#167). Baileys still does all that comes before: it checks how often the device asked and
 * starts a new session. It only does not find the message, which is sent here.
 */
export class TokenResends {
  readonly #find: FindMessage;
  readonly #requests = new SerialQueue();
  #current: Request | undefined;

  constructor(find: FindMessage) {
    this.#find = find;
  }

  /** Finds a message for Baileys. */
  async message(messageId: string): Promise<proto.IMessage | undefined> {
    const message = await this.#find(messageId);
    if (!message || this.#current?.ids.has(messageId) !== true) return message;
    this.#current.wanted.set(messageId, message);
    return undefined;
  }

  /** Takes over the requests of a socket. Call it right after the socket is made; `failed` gets what goes wrong. */
  watch(socket: WASocket, failed: (error: unknown) => void): void {
    const own = takeOwnListeners<BinaryNode>(socket, 'CB:receipt');
    const handle = async (receipt: BinaryNode): Promise<void> => {
      await Promise.all(own.map((listener) => listener(receipt)));
    };
    socket.ws.on('CB:receipt', (receipt: BinaryNode) => {
      const isRequest = receipt.attrs.type === 'retry';
      const work = isRequest ? this.#requests.run(() => this.#answer(socket, receipt, handle)) : handle(receipt);
      work.catch(failed);
    });
    const { messageRetryManager } = socket;
    if (!messageRetryManager) return;
    const recent = messageRetryManager.getRecentMessage.bind(messageRetryManager);
    messageRetryManager.getRecentMessage = (to, id) => (this.#current?.ids.has(id) ? undefined : recent(to, id));
  }

  async #answer(socket: WASocket, receipt: BinaryNode, handle: (receipt: BinaryNode) => Promise<void>): Promise<void> {
    const request = await requestIn(socket, receipt);
    if (!request) return handle(receipt);
    this.#current = request;
    try {
      // Without `offline`, which would put it into a queue of Baileys' own.
      const attrs = { ...receipt.attrs };
      delete attrs.offline;
      await handle({ ...receipt, attrs });
    } finally {
      this.#current = undefined;
    }
    for (const [messageId, message] of request.wanted) {
      await socket.relayMessage(receipt.attrs.from ?? '', message, {
        messageId,
        participant: { jid: request.from, count: request.count },
        additionalNodes: [{ tag: 'tctoken', attrs: {}, content: request.token }],
      });
    }
  }
}

/** What a linked device of a contact asks for, whose token we have; `undefined` for everything that Baileys handles well. */
async function requestIn({ authState, signalRepository }: WASocket, receipt: BinaryNode): Promise<Request | undefined> {
  const { from = '' } = receipt.attrs;
  if (!isOfContact(receipt, authState.creds.me)) return undefined;
  const jid = withoutDevice(from);
  const name = lidOf(jid) ?? lidOf(await signalRepository.lidMapping.getLIDForPN(jid)) ?? jid;
  const { [name]: entry } = await authState.keys.get('tctoken', [name]);
  if (!entry?.token.length) return undefined;
  return { from, count: countIn(receipt), token: entry.token, ids: new Set(idsIn(receipt)), wanted: new Map() };
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
