import { proto } from '@whiskeysockets/baileys';
import { createHash, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';

import { MEDIA_KEY_BYTES, sealMedia } from '../media/media-cipher.ts';
import type { Endpoint } from '../world/endpoint.ts';
import type { LinkedDevice } from '../world/linked-device.ts';
import {
  conversation,
  lidMappings,
  lidMigration,
  type PastChat,
  type PastMessage,
  pastMessages,
  type PastPerson,
  pushNames,
  strangers,
} from './history-content.ts';
import { sendPeerMessage } from './peer-message.ts';
import type { PhoneDeps } from './phone-deps.ts';

/** How a part of the history goes to a device: within the message, or as a file on the media server. */
export type HistoryForm = 'inline' | 'file';

/** A part of the history, to be sent to one device. */
export interface HistoryPart {
  /** What it contains; compressed bytes in its place are sent as they are. */
  readonly content: proto.IHistorySync | Uint8Array;
  readonly form?: HistoryForm | undefined;
  /** Further fields of the notification, or false ones, such as a wrong `fileSha256`. */
  readonly fields?: proto.Message.IHistorySyncNotification | undefined;
}

const { HistorySyncType } = proto.HistorySync;
const { Type } = proto.Message.ProtocolMessage;
const { PeerDataOperationRequestType } = proto.Message;
const FILE = { keyInfo: 'WhatsApp History Keys', upload: 'md-msg-hist' };
const CHATS_AT_ONCE = 100;
const DONE = 100;
const compressed = promisify(deflate);

/** The chats that one phone had before it links a device, and what it tells devices of them. */
export class PhoneHistory {
  /** How the first part of a first synchronization goes. */
  form: HistoryForm = 'inline';
  readonly #deps: PhoneDeps;
  readonly #chats = new Map<PastChat, PastMessage[]>();

  constructor(deps: PhoneDeps) {
    this.#deps = deps;
  }

  /** Adds a chat with somebody. */
  add(person: PastPerson, chat: Partial<Omit<PastChat, 'person'>> = {}): void {
    const { number, lid, name } = person;
    const { addressing } = this.#deps.world;
    const past = { texts: [], addressing, ...chat, person: { number, lid, name } };
    this.#chats.set(past, pastMessages(past, this.#seconds));
  }

  /** Adds chats with that many people who have no phones, with that many messages each. */
  fill(people: number, messagesEach: number): void {
    const texts = Array.from({ length: messagesEach }, (_, index) => `message ${index + 1}`);
    for (const person of strangers(people)) this.add(person, { texts });
  }

  /** A device was just linked: if there are any chats, it gets them as soon as it is logged in. */
  linked(device: LinkedDevice): void {
    device.onFirstLogin(() => {
      if (this.#chats.size > 0) this.sync(device).catch((error: unknown) => this.#deps.world.failed(error));
    });
  }

  /**
   * Sends all chats to a device of the account, as after a pairing: the first chunk, the names, the messages in chunks, the
   * rest. Resolves with the ids of the messages once they are sent.
   */
  async sync(to: Endpoint = this.#device()): Promise<string[]> {
    const parts = this.#firstSync();
    const ids: string[] = [];
    for (const part of parts) ids.push(await this.send(part, to));
    return ids;
  }

  /** Sends a part to a device of the account, the last one that was linked by default. Resolves with the message id. */
  async send({ content, form = 'file', fields }: HistoryPart, to: Endpoint = this.#device()): Promise<string> {
    const bytes = content instanceof Uint8Array ? content : await packed(content);
    const {
      syncType = HistorySyncType.RECENT,
      chunkOrder = null,
      progress = null,
    } = content instanceof Uint8Array ? {} : content;
    const place = form === 'inline' ? { initialHistBootstrapInlinePayload: bytes } : await this.#upload(bytes);
    const oldestMsgInChunkTimestampSec = this.#seconds;
    const historySyncNotification = {
      syncType,
      chunkOrder,
      progress,
      oldestMsgInChunkTimestampSec,
      ...place,
      ...fields,
    };
    return sendPeerMessage(this.#deps, to, {
      protocolMessage: { type: Type.HISTORY_SYNC_NOTIFICATION, historySyncNotification },
    });
  }

  /** Tells a device the LIDs of all people, as a phone does when it moves its chats to LIDs. Resolves with the message id. */
  migrateToLids(to: Endpoint = this.#device()): Promise<string> {
    const people = [...this.#chats.keys()].map(({ person }) => person);
    const encodedMappingPayload = lidMigration(people, this.#seconds);
    return sendPeerMessage(this.#deps, to, {
      protocolMessage: {
        type: Type.LID_MIGRATION_MAPPING_SYNC,
        lidMigrationMappingSyncMessage: { encodedMappingPayload },
      },
    });
  }

  /** Answers a device that asks for older messages of a chat. */
  asked(device: Endpoint, { protocolMessage }: proto.IMessage, id: string): void {
    const { peerDataOperationRequestType: type, historySyncOnDemandRequest: request } =
      protocolMessage?.peerDataOperationRequestMessage ?? {};
    if (type !== PeerDataOperationRequestType.HISTORY_SYNC_ON_DEMAND || !request) return;
    this.#answer(device, request, id).catch((error: unknown) => this.#deps.world.failed(error));
  }

  async #answer(device: Endpoint, request: IOnDemandRequest, id: string): Promise<void> {
    const { chatJid: jid, oldestMsgTimestampMs, onDemandMsgCount } = request;
    const before = Number(oldestMsgTimestampMs ?? 0) / 1000;
    const found = [...this.#chats].filter(
      ([{ person }]) => jid === person.lid || jid === `${person.number}@s.whatsapp.net`,
    );
    const conversations = found.map(([chat, all]) => {
      const older = all.filter(({ sentAt }) => before === 0 || sentAt < before);
      const count = onDemandMsgCount ?? older.length;
      return conversation({ chat, messages: count > 0 ? older.slice(-count) : [], untilSeconds: this.#seconds });
    });
    const content = { syncType: HistorySyncType.ON_DEMAND, conversations, chunkOrder: 0, progress: DONE };
    await this.send({ content, fields: { peerDataRequestSessionId: id } }, device);
  }

  /** The chunks of a first synchronization. The first has the newest message of each chat; another has all of them. */
  #firstSync(): HistoryPart[] {
    const chats = [...this.#chats.keys()];
    const people = chats.map(({ person }) => person);
    const untilSeconds = this.#seconds;
    const parts = [...this.#chats].map(([chat, messages]) => ({ chat, messages, untilSeconds }));
    const first = parts.map((part) => conversation({ ...part, messages: part.messages.slice(-1) }));
    const phoneNumberToLidMappings = lidMappings(people);
    const bootstrap = { conversations: first, phoneNumberToLidMappings, chunkOrder: 0, progress: 0 };
    const chunks = inChunks(parts);
    return [
      { content: { syncType: HistorySyncType.INITIAL_BOOTSTRAP, ...bootstrap }, form: this.form },
      { content: { syncType: HistorySyncType.PUSH_NAME, pushnames: pushNames(chats) } },
      ...chunks.map((chunk, index) => ({
        content: {
          syncType: HistorySyncType.RECENT,
          conversations: chunk.map((part) => conversation(part)),
          chunkOrder: index + 1,
          progress: Math.round(((index + 1) / chunks.length) * DONE),
        },
      })),
      { content: { syncType: HistorySyncType.NON_BLOCKING_DATA, pastParticipants: [] } },
    ];
  }

  async #upload(bytes: Uint8Array): Promise<proto.Message.IHistorySyncNotification> {
    const { world, account } = this.#deps;
    const mediaKey = randomBytes(MEDIA_KEY_BYTES);
    const file = await world.media.write(sealMedia(bytes, mediaKey, FILE));
    const directPath = world.media.publish(file, { upload: FILE.upload, number: account.number });
    const fileSha256 = createHash('sha256').update(bytes).digest();
    return { directPath, mediaKey, fileSha256, fileEncSha256: file.sha256, fileLength: bytes.byteLength };
  }

  #device(): Endpoint {
    const device = [...this.#deps.account.linked.values()].at(-1);
    if (!device) throw new RangeError(`No device is linked to ${this.#deps.account.number}.`);
    return device;
  }

  get #seconds(): number {
    return Math.floor(this.#deps.world.now() / 1000);
  }
}

type IOnDemandRequest = proto.Message.PeerDataOperationRequestMessage.IHistorySyncOnDemandRequest;

/** A part of the history as WhatsApp compresses it. */
async function packed(content: proto.IHistorySync): Promise<Buffer> {
  const { syncType = HistorySyncType.RECENT } = content;
  return compressed(proto.HistorySync.encode({ ...content, syncType }).finish());
}

function inChunks<Part>(parts: readonly Part[]): Part[][] {
  const starts = Array.from({ length: Math.ceil(parts.length / CHATS_AT_ONCE) }, (_, index) => index * CHATS_AT_ONCE);
  return starts.map((start) => parts.slice(start, start + CHATS_AT_ONCE));
}
