import makeWASocket, {
  type AuthenticationCreds,
  Browsers,
  generateMessageIDV2,
  initAuthCreds,
  type SignalKeyStore,
  WA_CERT_DETAILS,
  type WASocket,
} from '@whiskeysockets/baileys';
import { pino } from 'pino';
import { sharedNowMs } from './usage.ts';

/** What a client needs to log in again: its credentials, and its keys by type and id. */
export interface ClientState {
  creds: AuthenticationCreds;
  keys: Map<string, Map<string, unknown>>;
}

/** The server that clients connect to, and the root key that they trust. */
export interface Target {
  wsUrl: string;
  /** Hex. */
  rootKey: string;
}

/** Receives the events of a client. */
export interface ClientListener {
  /** Called when a text arrives; `atMs` is on the shared clock. */
  received(id: string, atMs: number): void;
}

const logger = pino({ level: 'silent' });
const RESTART_REQUIRED = 515;

/**
 * Bare Baileys: one socket with its keys in memory, and nothing else. Its options are the defaults, except for those that affect
 * the traffic, which match the orchestrator's.
 */
export class BareClient {
  readonly state: ClientState;
  readonly #target: Target;
  readonly #listener: ClientListener;
  readonly #acks = new Map<string, () => void>();
  readonly #firstQr = Promise.withResolvers<string>();
  readonly #opened = Promise.withResolvers<undefined>();
  #socket: WASocket | undefined;

  constructor(
    target: Target,
    listener: ClientListener,
    state: ClientState = { creds: initAuthCreds(), keys: new Map() },
  ) {
    this.#target = target;
    this.#listener = listener;
    this.state = state;
  }

  /** Opens the connection, and reopens it after the pairing. */
  connect(): void {
    WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(this.#target.rootKey, 'hex');
    const socket = makeWASocket({
      waWebSocketUrl: this.#target.wsUrl,
      auth: { creds: this.state.creds, keys: memoryStore(this.state.keys) },
      logger,
      browser: Browsers.macOS('Chrome'),
      markOnlineOnConnect: false,
      syncFullHistory: false,
      emitOwnEvents: false,
      qrTimeout: 600_000,
    });
    this.#socket = socket;
    socket.ev.on('connection.update', ({ qr, connection, lastDisconnect }) => {
      if (qr) this.#firstQr.resolve(qr);
      if (connection === 'open') this.#opened.resolve(undefined);
      const { output } = (lastDisconnect?.error ?? {}) as { output?: { statusCode?: number } };
      if (connection === 'close' && output?.statusCode === RESTART_REQUIRED) this.connect();
    });
    socket.ev.on('messages.upsert', ({ messages }) => {
      const atMs = sharedNowMs();
      for (const { key, message } of messages) if (message && key.id) this.#listener.received(key.id, atMs);
    });
    socket.ws.on('CB:ack,class:message', ({ attrs }: { attrs: Record<string, string> }) => {
      this.#acks.get(attrs.id ?? '')?.();
      this.#acks.delete(attrs.id ?? '');
    });
  }

  /** Resolves with the text of the first QR. */
  qr(): Promise<string> {
    return this.#firstQr.promise;
  }

  /** Resolves once the client is logged in. */
  async untilOpen(): Promise<void> {
    await this.#opened.promise;
  }

  /** Sends a text. Resolves once WhatsApp has acknowledged it. */
  async send(number: string, text: string): Promise<void> {
    const messageId = generateMessageIDV2(this.state.creds.me?.id);
    const acknowledged = new Promise<void>((resolve) => this.#acks.set(messageId, resolve));
    await this.#socket?.sendMessage(`${number}@s.whatsapp.net`, { text }, { messageId });
    await acknowledged;
  }
}

/** Keeps key objects in memory as they are: the cheapest possible store. */
function memoryStore(tables: ClientState['keys']): SignalKeyStore {
  const table = (type: string): Map<string, unknown> => {
    const existing = tables.get(type) ?? new Map<string, unknown>();
    tables.set(type, existing);
    return existing;
  };
  return {
    get: (type, ids) => {
      const found = ids.map((id) => [id, table(type).get(id)]).filter(([, value]) => value !== undefined);
      return Object.fromEntries(found) as never;
    },
    set: (data) => {
      for (const [type, values] of Object.entries(data)) {
        for (const [id, value] of Object.entries(values as Record<string, unknown>)) {
          if (value === null || value === undefined) table(type).delete(id);
          else table(type).set(id, value);
        }
      }
    },
  };
}
