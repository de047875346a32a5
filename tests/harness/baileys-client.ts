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

/** The server that a client connects to and trusts, such as a simulator. */
export interface ClientTarget {
  readonly wsUrl: string;
  /** Hex. */
  readonly rootKey: string;
}

/** The end of one connection. */
export interface Closing {
  /** Baileys' status code; undefined when the error has none. */
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
 * A stock Baileys client with keys in memory. One object is one device: another `connect` uses the same credentials. It
 * records everything from the start, so waiting for a past event resolves at once.
 */
export class BaileysClient implements AsyncDisposable {
  readonly creds: AuthenticationCreds = initAuthCreds();
  readonly qrs: string[] = [];
  readonly messages: { message: WAMessage; type: string }[] = [];
  readonly stanzas: BinaryNode[] = [];
  readonly closings: Closing[] = [];
  /** The number of opened connections. */
  opened = 0;
  /** How often all waiting messages had arrived. */
  caughtUp = 0;
  sock: WASocket | undefined;
  readonly #target: ClientTarget;
  readonly #config: Partial<UserFacingSocketConfig>;
  /** Signal keys by type and id. */
  readonly tables = new Map<string, Map<string, unknown>>();
  readonly #waiting = new Set<() => void>();
  #connections = 0;

  constructor(target: ClientTarget, config: Partial<UserFacingSocketConfig> = {}) {
    this.#target = target;
    this.#config = config;
  }

  /** Whether it has a connection that has not ended. */
  get isConnected(): boolean {
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

  /** Resolves with the n-th QR, from 0. */
  async qr(index = 0): Promise<string> {
    await this.until(() => this.qrs.length > index, `QR ${index}`);
    return this.qrs[index]!;
  }

  /** Links the client by a scan and logs in; resolves with the JID of the linked device. */
  async pairWith(phone: { scan(qr: string): Promise<{ deviceJid: string }> }): Promise<string> {
    const { length: connection } = this.closings;
    this.connect();
    const { deviceJid } = await phone.scan(await this.qr(this.qrs.length));
    await this.untilClosed(connection);
    await this.logIn();
    return deviceJid;
  }

  /** Connects with its credentials; resolves when all waiting messages have arrived. */
  async logIn(): Promise<void> {
    const { caughtUp, opened } = this;
    this.connect();
    await this.until(() => this.opened > opened && this.caughtUp > caughtUp, 'the login');
  }

  /** Resolves with the first matching message. */
  async message(matches: (message: WAMessage) => boolean): Promise<{ message: WAMessage; type: string }> {
    const find = (): { message: WAMessage; type: string } | undefined =>
      this.messages.find(({ message }) => matches(message));
    await this.until(() => find() !== undefined, 'a message');
    return find()!;
  }

  /** Resolves with the message with this text. */
  text(text: string): Promise<{ message: WAMessage; type: string }> {
    return this.message(({ message }) => textOf(message) === text);
  }

  /** Resolves with the first matching stanza from the server. */
  async stanza(matches: (stanza: BinaryNode) => boolean): Promise<BinaryNode> {
    await this.until(() => this.stanzas.some(matches), 'a stanza');
    return this.stanzas.find(matches)!;
  }

  /** Resolves with the end of the n-th connection, from 0; by default of the current one. */
  async untilClosed(index = this.closings.length): Promise<Closing> {
    await this.until(() => this.closings.length > index, 'the end of the connection');
    return this.closings[index]!;
  }

  /** Drops the connection without logging out, as a lost network does; resolves when Baileys has noticed. */
  async goAway(): Promise<void> {
    const closing = this.untilClosed();
    void this.sock?.end(undefined);
    await closing;
  }

  /** Resolves once `holds` is true; it is evaluated after every event of the client. Rejects after 20 s. */
  until(holds: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`The client timed out after ${WAIT_MS} ms waiting for ${what}.`));
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
    if (this.isConnected) await this.goAway();
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

/** The text of a plain text message. */
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
        if (value !== undefined) found[id] = copyOf(type, value) as SignalDataTypeMap[T];
      }
      return found;
    },
    set: (data: SignalDataSet) => {
      for (const [type, entries] of Object.entries(data)) {
        for (const [id, value] of Object.entries(entries)) {
          if (value === null) table(type).delete(id);
          else table(type).set(id, copyOf(type, value));
        }
      }
    },
  };
}

/** Of what libsignal changes in place; the 812 pre-keys of a pairing are not copied, which takes longer than making them. */
function copyOf<Value>(type: string, value: Value): Value {
  return type === 'pre-key' ? value : structuredClone(value);
}

function noop(): void {
  // Discards the output.
}
