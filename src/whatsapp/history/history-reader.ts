import { ByteFeed, type Reading } from './byte-feed.ts';
import { HistoryFacts } from './history-facts.ts';

/** The field numbers of `HistorySync` (Baileys' WAProto). */
const SYNC = { conversations: 2, pushnames: 7, phoneNumberToLidMappings: 15 } as const;
/** The field numbers of `Conversation`. */
const CHAT = {
  ...{ id: 1, name: 13, tcToken: 21, tcTokenTimestamp: 22, tcTokenSenderTimestamp: 28 },
  ...{ displayName: 38, pnJid: 39, lidJid: 42, username: 43 },
} as const;
/** The field of `Conversation` with its messages. They are skipped unless somebody keeps them. */
const CHAT_MESSAGES = 2;

/** A longer value is no name, no address and no token: it is skipped. */
const MAX_VALUE_BYTES = 4_096;
/** A longer message is skipped: the longest text has 64 KiB, and a preview as much. */
const MAX_MESSAGE_BYTES = 256 * 1024;
/** More fields than this have no history of a person. It bounds the time that a part can take. */
const MAX_FIELDS = 2_000_000;

/** The wanted fields of a message: texts, bytes and numbers. */
type Fields = Map<number, Buffer | number>;

/** The head of a field: its number, and how its value is encoded. */
interface Head {
  field: number;
  wire: number;
}

/** Thrown when a part of a history is not what WhatsApp writes. */
export class HistoryUnreadableError extends Error {
  override readonly name = 'HistoryUnreadableError';
}

/**
 * Reads the few facts that are wanted of a decompressed `HistorySync` while it arrives. Nothing else of it is ever in memory as
 * a whole: neither the part, which may have hundreds of megabytes, nor a chat with its messages.
 */
export class HistoryReader {
  readonly facts: HistoryFacts;
  readonly #feed = new ByteFeed();
  readonly #reading = this.#all();
  #fields = 0;
  #isBetweenFields = false;

  /** With `takesMessages`, messages are taken, too. */
  constructor(takesMessages = false) {
    this.facts = new HistoryFacts(takesMessages);
    this.#reading.next();
  }

  /** Reads the next piece, and needs it no longer. @throws HistoryUnreadableError, RangeError */
  push(piece: Uint8Array): void {
    this.#reading.next(piece);
  }

  /** Nothing follows. @throws HistoryUnreadableError when something is missing */
  end(): void {
    if (!this.#isBetweenFields) throw new HistoryUnreadableError('The history is incomplete');
  }

  *#all(): Reading<never> {
    for (;;) {
      this.#isBetweenFields = true;
      const head = yield* this.#head();
      this.#isBetweenFields = false;
      yield* this.#field(head);
    }
  }

  *#field(head: Head): Reading<void> {
    switch (head.wire === LENGTH_DELIMITED ? head.field : 0) {
      case SYNC.conversations:
        yield* this.#chat();
        break;
      case SYNC.pushnames:
        this.#notePushName(yield* this.#message(BOTH));
        break;
      case SYNC.phoneNumberToLidMappings:
        this.#noteMapping(yield* this.#message(BOTH));
        break;
      default:
        yield* this.#skipValue(head.wire);
    }
  }

  *#head(): Reading<Head> {
    const key = yield* this.#feed.varint();
    this.#fields += 1;
    if (this.#fields > MAX_FIELDS) throw new HistoryUnreadableError('The history has too many fields');
    return { field: Math.floor(key / 8), wire: key % 8 };
  }

  *#chat(): Reading<void> {
    const messages: Buffer[] = [];
    const fields = yield* this.#message(WANTED_OF_CHAT, (message) => {
      if (this.facts.hasRoomFor(message.length)) messages.push(message);
    });
    this.#noteChat(fields, messages);
  }

  /** The wanted fields of a message within the history; the others are skipped. */
  *#message(wanted: ReadonlySet<number>, chatMessage?: (message: Buffer) => void): Reading<Fields> {
    const length = yield* this.#feed.varint();
    const end = this.#feed.position + length;
    const fields: Fields = new Map();
    while (this.#feed.position < end) {
      const { field, wire } = yield* this.#head();
      if (chatMessage && field === CHAT_MESSAGES && wire === LENGTH_DELIMITED && this.facts.takesMessages) {
        const message = yield* this.#bytes(MAX_MESSAGE_BYTES);
        if (message) chatMessage(message);
        continue;
      }
      const value = wanted.has(field) ? yield* this.#value(wire) : yield* this.#skipValue(wire);
      if (value !== undefined) fields.set(field, value);
    }
    if (this.#feed.position > end) throw new HistoryUnreadableError('A field is longer than its message');
    return fields;
  }

  *#value(wire: number): Reading<Buffer | number | undefined> {
    if (wire === VARINT) return yield* this.#feed.varint();
    return wire === LENGTH_DELIMITED ? yield* this.#bytes(MAX_VALUE_BYTES) : yield* this.#skipValue(wire);
  }

  /** Bytes; `undefined` when there are more than that. */
  *#bytes(max: number): Reading<Buffer | undefined> {
    const length = yield* this.#feed.varint();
    if (length <= max) return yield* this.#feed.take(length);
    yield* this.#feed.skip(length);
    return undefined;
  }

  *#skipValue(wire: number): Reading<undefined> {
    if (wire === VARINT) yield* this.#feed.varint();
    else if (wire === LENGTH_DELIMITED) yield* this.#feed.skip(yield* this.#feed.varint());
    else if (wire === FIXED_64 || wire === FIXED_32) yield* this.#feed.skip(wire === FIXED_64 ? 8 : 4);
    else throw new HistoryUnreadableError('A field has an unknown encoding');
    return undefined;
  }

  #noteChat(fields: Fields, messages: readonly Buffer[]): void {
    const token = fields.get(CHAT.tcToken);
    const timestamp = numberIn(fields, CHAT.tcTokenTimestamp) ?? 0;
    const senderTimestamp = numberIn(fields, CHAT.tcTokenSenderTimestamp);
    const id = textIn(fields, CHAT.id) ?? '';
    this.facts.messages.push(...messages.map((bytes) => ({ chatId: id, bytes })));
    this.facts.chat({
      id,
      name: textIn(fields, CHAT.displayName) ?? textIn(fields, CHAT.name),
      username: textIn(fields, CHAT.username),
      pnJid: textIn(fields, CHAT.pnJid),
      lidJid: textIn(fields, CHAT.lidJid),
      token:
        token instanceof Buffer && token.length > 0 && timestamp > 0
          ? { token, timestamp, senderTimestamp }
          : undefined,
    });
  }

  /** `Pushname`: its id and the name. */
  #notePushName(fields: Fields): void {
    const [id, name] = [textIn(fields, 1), textIn(fields, 2)];
    if (id !== undefined && name !== undefined) this.facts.pushName(id, name);
  }

  /** `PhoneNumberToLIDMapping`: the number's JID and the LID. */
  #noteMapping(fields: Fields): void {
    this.facts.mapping(textIn(fields, 2), textIn(fields, 1));
  }
}

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;
const WANTED_OF_CHAT: ReadonlySet<number> = new Set(Object.values(CHAT));
const BOTH: ReadonlySet<number> = new Set([1, 2]);

/** The text of a field; `undefined` when it is missing or empty. */
function textIn(fields: Fields, field: number): string | undefined {
  const value = fields.get(field);
  return value instanceof Buffer && value.length > 0 ? value.toString('utf8') : undefined;
}

function numberIn(fields: Fields, field: number): number | undefined {
  const value = fields.get(field);
  return typeof value === 'number' ? value : undefined;
}
