import makeWASocket, {
  type AuthenticationCreds,
  type BinaryNode,
  initAuthCreds,
  type SignalDataSet,
  type SignalDataTypeMap,
  type SignalKeyStore,
  type UserFacingSocketConfig,
  WA_CERT_DETAILS,
  type WAMessage,
  type WASocket,
} from '@whiskeysockets/baileys';
import { pino } from 'pino';

/** Where a client connects, and whom it trusts: a simulator is one. */
export interface ClientTarget {
  readonly wsUrl: string;
  /** Hex. */
  readonly rootKey: string;
}

/** How one connection of a client ended. */
export interface Closing {
  /** Baileys' code; undefined when the error has none. */
  readonly code: number | undefined;
  readonly message: string;
}

interface BoomLike extends Error {
  output?: { statusCode?: number };
}

const WAIT_MS = 20_000;

/** libsignal prints whole sessions, with their keys, on every change. */
Object.assign(globalThis.console, { info: noop, warn: noop, error: noop });

/**
 * A stock Baileys client with keys in memory. One object is one device: `connect` again continues with the same
 * credentials. What happened is kept from the start, so that waiting for something that is over already works.
 */
export class BaileysClient implements AsyncDisposable {
  readonly creds: AuthenticationCreds = initAuthCreds();
  readonly qrs: string[] = [];
  readonly messages: { message: WAMessage; type: string }[] = [];
  readonly stanzas: BinaryNode[] = [];
  readonly closings: Closing[] = [];
  /** How often the connection was opened, and how often what waited had all arrived. */
  opened = 0;
  caughtUp = 0;
  sock: WASocket | undefined;
  readonly #target: ClientTarget;
  readonly #config: Partial<UserFacingSocketConfig>;
  /** Its keys by type and id. */
  readonly tables = new Map<string, Map<string, unknown>>();
  readonly #waiting = new Set<() => void>();
  #connections = 0;

  constructor(target: ClientTarget, config: Partial<UserFacingSocketConfig> = {}) {
    this.#target = target;
    this.#config = config;
  }

  /** Whether a connection was opened that has not ended. */
  get isThere(): boolean {
    return this.#connections > this.closings.length;
  }

  /** Opens a connection. */
  connect(): this {
    WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(this.#target.rootKey, 'hex');
    const sock = makeWASocket({
      waWebSocketUrl: this.#target.wsUrl,
      auth: { creds: this.creds, keys: memoryKeys(this.tables) },
      logger: pino({ level: 'silent' }),
      connectTimeoutMs: 1000,
      markOnlineOnConnect: false,
      shouldSyncHistoryMessage: () => false,
      ...this.#config,
    });
    this.sock = sock;
    this.#connections += 1;
    this.#listen(sock);
    return this;
  }

  /** The n-th QR (from 0), when it is there. */
  async qr(index = 0): Promise<string> {
    await this.until(() => this.qrs.length > index, `QR ${index}`);
    return this.qrs[index]!;
  }

  /** Connects, has the phone scan the QR, and connects again as the linked device; resolves with its JID. */
  async pairWith(phone: { scan(qr: string): Promise<{ deviceJid: string }> }): Promise<string> {
    const { length: connection } = this.closings;
    this.connect();
    const { deviceJid } = await phone.scan(await this.qr(this.qrs.length));
    await this.untilClosed(connection);
    await this.logIn();
    return deviceJid;
  }

  /** Connects with the credentials it has; resolves when all that waited has arrived. */
  async logIn(): Promise<void> {
    const { caughtUp, opened } = this;
    this.connect();
    await this.until(() => this.opened > opened && this.caughtUp > caughtUp, 'the login');
  }

  /** The first message that matches, when it is there. */
  async message(matches: (message: WAMessage) => boolean): Promise<{ message: WAMessage; type: string }> {
    const find = (): { message: WAMessage; type: string } | undefined =>
      this.messages.find(({ message }) => matches(message));
    await this.until(() => find() !== undefined, 'a message');
    return find()!;
  }

  /** The message with this text. */
  text(text: string): Promise<{ message: WAMessage; type: string }> {
    return this.message(({ message }) => textOf(message) === text);
  }

  /** The first stanza from the server that matches, when it is there. */
  async stanza(matches: (stanza: BinaryNode) => boolean): Promise<BinaryNode> {
    await this.until(() => this.stanzas.some(matches), 'a stanza');
    return this.stanzas.find(matches)!;
  }

  /** How the n-th connection that ended (from 0) ended; without a number, the current one. */
  async untilClosed(index = this.closings.length): Promise<Closing> {
    await this.until(() => this.closings.length > index, 'the end of the connection');
    return this.closings[index]!;
  }

  /** Drops the connection as a lost network does, without logging out; resolves when Baileys has noticed. */
  async goAway(): Promise<void> {
    const closing = this.untilClosed();
    void this.sock?.end(undefined);
    await closing;
  }

  /** Resolves once `holds` is true, looked at after every event of the client. */
  until(holds: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`The client waited ${WAIT_MS} ms for ${what}, and it did not come.`));
      }, WAIT_MS);
      const look = (): void => {
        if (!holds()) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isThere) await this.goAway();
  }

  #listen(sock: WASocket): void {
    sock.ws.on('frame', (frame: BinaryNode | Uint8Array) => {
      if (!(frame instanceof Uint8Array)) this.stanzas.push(frame);
      this.#look();
    });
    sock.ev.on('messages.upsert', ({ messages, type }) => {
      for (const message of messages) this.messages.push({ message, type });
      this.#look();
    });
    sock.ev.on('connection.update', ({ qr, connection, lastDisconnect, receivedPendingNotifications }) => {
      if (qr) this.qrs.push(qr);
      if (connection === 'open') this.opened += 1;
      if (receivedPendingNotifications) this.caughtUp += 1;
      if (connection === 'close') this.closings.push(closingOf(lastDisconnect?.error));
      this.#look();
    });
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}

/** The text of a message, when it is plain text. */
function textOf(message: WAMessage['message']): string | undefined {
  return message?.conversation ?? message?.extendedTextMessage?.text ?? undefined;
}

function closingOf(error: BoomLike | undefined): Closing {
  return { code: error?.output?.statusCode, message: error?.message ?? '' };
}

function memoryKeys(tables: Map<string, Map<string, unknown>>): SignalKeyStore {
  const table = (type: string): Map<string, unknown> => {
    const known = tables.get(type) ?? new Map<string, unknown>();
    tables.set(type, known);
    return known;
  };
  return {
    get: <T extends keyof SignalDataTypeMap>(type: T, ids: string[]) => {
      const found: Record<string, SignalDataTypeMap[T]> = {};
      for (const id of ids) {
        const value = table(type).get(id);
        if (value !== undefined) found[id] = structuredClone(value) as SignalDataTypeMap[T];
      }
      return found;
    },
    set: (data: SignalDataSet) => {
      for (const [type, entries] of Object.entries(data)) {
        for (const [id, value] of Object.entries(entries)) {
          if (value === null) table(type).delete(id);
          else table(type).set(id, structuredClone(value));
        }
      }
    },
  };
}

function noop(): void {
  // Says nothing.
}
