import makeWASocket, { DisconnectReason, useMultiFileAuthState, type WASocket } from '@whiskeysockets/baileys';
import { pino } from 'pino';

const logger = pino({ level: 'silent' });

/** One account, as the examples of Baileys do it. */
export class Session {
  isConnected = false;
  /** The text of the QR that waits for a scan. */
  qr: string | undefined;
  readonly #folder: string;
  readonly #post: (message: unknown) => Promise<void>;
  #socket: WASocket | undefined;

  /** `post` is called for each received message. */
  constructor(folder: string, post: (message: unknown) => Promise<void>) {
    this.#folder = folder;
    this.#post = post;
  }

  /** Opens the connection, and opens it again whenever it is lost. */
  async connect(): Promise<void> {
    const { state, saveCreds } = await useMultiFileAuthState(this.#folder);
    const socket = makeWASocket({ auth: state, logger });
    this.#socket = socket;
    socket.ev.on('creds.update', () => void saveCreds());
    socket.ev.on('connection.update', ({ qr, connection, lastDisconnect }) => {
      if (qr !== undefined) this.qr = qr;
      if (connection !== undefined) this.isConnected = connection === 'open';
      const { output } = (lastDisconnect?.error ?? {}) as { output?: { statusCode?: number } };
      if (connection === 'close' && output?.statusCode !== DisconnectReason.loggedOut) void this.connect();
    });
    // Those that were sent while it was away have the type `append`: who asks for `notify`, as many do, loses all of them.
    socket.ev.on('messages.upsert', ({ messages }) => {
      for (const message of messages) if (!message.key.fromMe) void this.#post(message);
    });
  }

  /** Sends a text. Resolves with its id once it is written to the connection; the acknowledgement comes later. */
  async send(number: string, text: string): Promise<string | undefined> {
    const sent = await this.#socket?.sendMessage(`${number}@s.whatsapp.net`, { text });
    return sent?.key.id ?? undefined;
  }
}
