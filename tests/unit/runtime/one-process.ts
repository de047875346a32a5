import { join } from 'node:path';
import { pino } from 'pino';
import type { CloseReason } from '../../../src/domain/close-reason.ts';
import type { AccountIdentity, SessionRecord } from '../../../src/domain/session.ts';
import type { PhoneNumber } from '../../../src/domain/address.ts';
import type { SessionId } from '../../../src/domain/session-id.ts';
import { localPlacement } from '../../../src/cluster/local.ts';
import type { HeldCallbacks, PendingCallback } from '../../../src/ports/callbacks.ts';
import type { Connection, ConnectionEvent, ConnectionEventHandler } from '../../../src/ports/connection.ts';
import type { RemoteMedia } from '../../../src/ports/media.ts';
import type { Placement } from '../../../src/ports/ownership.ts';
import type { SessionStore, Storage } from '../../../src/ports/storage.ts';
import { RunningSessions } from '../../../src/runtime/session-host.ts';
import { HOLD_MS, MediaDownloader } from '../../../src/sessions/media/media-downloader.ts';
import { messageReceived } from '../../../src/sessions/callback-events.ts';
import { HistoryDays } from '../../../src/sessions/history/history-days.ts';
import { SessionManager } from '../../../src/sessions/session-manager.ts';
import { DownloadsFolder } from '../../../src/storage/files/downloads-folder.ts';
import { BackendNotifier } from '../../../src/webhooks/backend-notifier.ts';
import { WantedFurtherEvents } from '../../../src/webhooks/subscriptions/further-events.ts';
import { record, startStorage, testFolder, type TestStorage } from '../../contracts/storage/support.ts';
import { fixedRandom } from '../../harness/fixed-random.ts';
import { noMetrics } from '../../harness/no-metrics.ts';
import { untilTrue } from '../../harness/until.ts';

const ACCOUNT: AccountIdentity = {
  phoneNumber: '5491234567890' as PhoneNumber,
  whatsappUserId: '5491234567890:1@s.whatsapp.net',
};
export const OPEN: ConnectionEvent = { kind: 'open', identity: ACCOUNT };

/** A session of an account that was connected when its process ended. */
export function connected(sessionId: SessionId, change: Partial<SessionRecord> = {}): SessionRecord {
  return record(sessionId, { phase: 'online', identity: ACCOUNT, announced: true, ...change });
}

/** A connection that says what the test says, and closes when the test lets it. */
export class TestConnection {
  readonly emit: ConnectionEventHandler;
  readonly #closed = Promise.withResolvers<undefined>();
  isClosing = false;
  isClosed = false;
  isUnlinked = false;
  /** Whether {@link close} waits for {@link end}. */
  hangs = false;
  /** Resolves a recipient; nothing is sent in these tests. */
  prepare: () => Promise<never> = () => Promise.reject(new Error('not in this test'));
  readonly drain = () => Promise.resolve();

  constructor(emit: ConnectionEventHandler) {
    this.emit = emit;
  }

  async close(): Promise<void> {
    this.isClosing = true;
    if (!this.hangs) this.end();
    await this.#closed.promise;
  }

  async logout(): Promise<void> {
    this.isUnlinked = true;
    await this.close();
  }

  end(reason: CloseReason = { kind: 'asked' }): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.emit({ kind: 'closed', reason, code: 'none' });
    this.#closed.resolve(undefined);
  }
}

/** What a process stores with, where a test wants to get in between. */
interface Between {
  store?: (store: SessionStore) => SessionStore;
  held?: (held: HeldCallbacks) => HeldCallbacks;
  placement?: Placement;
  forget?: () => Promise<void>;
}

/** The core of a process, with its webhooks and downloads, on a real storage and a manual clock; WhatsApp is the test. */
export class OneProcess {
  readonly db: TestStorage;
  readonly sessions: SessionManager;
  readonly host: RunningSessions;
  readonly media: MediaDownloader;
  readonly notifier: BackendNotifier;
  /** Every connection so far. */
  connections: TestConnection[] = [];
  /** What the backend was told: the kinds of the webhooks that it accepted. */
  readonly told: string[] = [];
  /** The downloads that have begun. */
  readonly downloads: { end: () => void; signal: AbortSignal }[] = [];
  /** What new connections are like. */
  hangs = false;
  /** The attempt of a webhook waits for it. */
  backend: () => Promise<unknown> = () => Promise.resolve();
  /** Called for each failure that nobody handled. */
  readonly failures: unknown[] = [];

  private constructor(
    db: TestStorage,
    folder: string,
    { store = same, held = same, placement = localPlacement(), forget = nothing }: Between,
  ) {
    const { storage, clock } = db;
    const log = pino({ level: 'error' }, { write: (line: string) => void this.failures.push(JSON.parse(line)) });
    this.db = db;
    this.media = new MediaDownloader({
      source: { find: () => Promise.resolve(this.#file()) },
      files: new DownloadsFolder({ folder, index: storage.mediaIndex, clock }),
      held: held(storage.heldCallbacks),
      ...{ setting: { downloadMedia: () => true }, metrics: noMetrics, clock, log },
    });
    this.sessions = new SessionManager({
      ...storesOf(storage),
      settings: SETTINGS,
      store: store(storage.sessions),
      connector: {
        open: (_, emit) => this.#open(emit),
        linkedAccount: () => Promise.resolve(undefined),
        personOf: () => Promise.resolve({ number: null, lid: null }),
        forget,
        release: () => undefined,
      },
      folders: { create: nothing, discardVersion3: nothing, remove: nothing },
      ...{ placement, isShared: false, admission: { check: () => undefined }, media: this.media },
      checkProxy: () => undefined,
      ...{ metrics: noMetrics, clock, random: fixedRandom(0), log },
      historyDays: new HistoryDays(storage.history, 0),
      furtherEvents: new WantedFurtherEvents(storage.furtherEvents),
    });
    this.notifier = new BackendNotifier({
      queue: storage.callbacks,
      deliver: (callback) => this.#deliver(callback),
      settings: { retries: 2, poisonAfterMs: 3_600_000, retentionMs: 72 * 3_600_000 },
      ...{ metrics: noMetrics, clock, random: fixedRandom(0), log },
    });
    this.host = new RunningSessions({
      transfer: this.sessions.transfer,
      notifiers: [this.notifier],
      media: this.media,
    });
  }

  /** A process on this storage, or on a new one. */
  static async start({ db, ...between }: Between & { db?: TestStorage } = {}): Promise<OneProcess> {
    const process = new OneProcess(db ?? (await startStorage()), join(await testFolder(), 'downloads'), between);
    await process.sessions.load();
    return process;
  }

  get connection(): TestConnection {
    return this.connections.at(-1)!;
  }

  /** The connections that nobody has closed. */
  get openConnections(): number {
    return this.connections.filter(({ isClosed }) => !isClosed).length;
  }

  /** Takes a session over that is stored, and logs it in. */
  async runs(stored: SessionRecord): Promise<TestConnection> {
    await this.db.storage.sessions.commit(stored, []);
    return this.comesOnline(stored.sessionId);
  }

  async comesOnline(sessionId: SessionId): Promise<TestConnection> {
    await this.host.adopt([sessionId]);
    await this.settled();
    this.connection.emit(OPEN);
    await this.settled();
    return this.connection;
  }

  /** Resolves when everything that needs no time has happened. */
  async settled(): Promise<void> {
    for (let round = 0; round < 20; round += 1) await this.db.clock.advance(0);
  }

  /** Resolves when so many downloads have begun. */
  begun(count: number): Promise<void> {
    return untilTrue(() => Promise.resolve(this.downloads.length === count));
  }

  /** The kinds and statuses of all webhooks so far. */
  async webhooks(): Promise<string[]> {
    const all = await this.db.storage.archive.list({}, { after: 0, limit: 100 });
    return all.map(({ kind, body }) => `${kind} ${(JSON.parse(body!) as { status?: string }).status ?? ''}`.trim());
  }

  #open(emit: ConnectionEventHandler): Connection {
    const connection = new TestConnection(emit);
    connection.hangs = this.hangs;
    this.connections.push(connection);
    return connection as unknown as Connection;
  }

  #file(): RemoteMedia {
    return {
      ...{ mimetype: 'image/jpeg', fileName: null },
      saveTo: (_, signal) =>
        new Promise((resolve, reject) => {
          const abort = () => reject(new Error('aborted'));
          if (signal.aborted) abort();
          signal.addEventListener('abort', abort);
          this.downloads.push({ end: () => resolve(4), signal });
        }),
    };
  }

  async #deliver({ kind }: PendingCallback): Promise<{ kind: 'accepted' }> {
    await this.backend();
    this.told.push(kind);
    return { kind: 'accepted' };
  }
}

const SETTINGS = {
  ...{ authDir: 'auth', qrSessionTtlMs: 600_000, maxSessions: 0, maxPendingSessions: 10 },
  ...{ pace: { perMinute: 0, burst: 1, perHour: 0, perDay: 0 }, simulateTyping: false, newConversationsPerDay: 0 },
  ...{ warmUp: false, slowdown: 'off' as const },
  ...{ calls: { reject: true, text: null }, deliverOwnMessages: false, showMessages: true, historyDays: 0 },
};

function storesOf(storage: Storage) {
  const {
    sentMessages,
    scheduledMessages,
    conversations,
    refusals,
    pollVotes,
    contactNames,
    awaitedNumbers,
    timeline,
    accountIds,
    history,
    labels,
    joinRequests,
  } = storage;
  return {
    sentMessages,
    scheduledMessages,
    conversations,
    refusals,
    pollVotes,
    contactNames,
    awaitedNumbers,
    timeline,
    accountIds,
    history,
    labels,
    joinRequests,
  };
}

function same<Part>(part: Part): Part {
  return part;
}

function nothing(): Promise<void> {
  return Promise.resolve();
}

/** What a promise rejects with. */
export const failureOf = (work: Promise<unknown>) => work.then(() => undefined).catch((error: unknown) => error);

/** A promise that waits for the test. */
export function gate() {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return { promise, open: () => resolve(undefined) };
}

/** A picture arrives, and its download begins. Returns the webhook that waits for it. */
export async function arrives(process: OneProcess, sessionId: SessionId): Promise<string> {
  const { clock } = process.db;
  const message = {
    ...{ id: 'A1', chatId: '1@lid', sender: { number: null, lid: '1@lid', pushName: null }, isGroup: false },
    ...{ groupName: null, fromMe: false, sentAtMs: 0, offline: false },
    content: { type: 'image', hasFile: true, media: null },
  } as unknown as Parameters<typeof messageReceived>[1];
  const webhook = messageReceived(connected(sessionId), message, clock.now(), HOLD_MS);
  await process.db.storage.sessions.commit(connected(sessionId), [webhook]);
  process.media.begin({ sessionId, messageId: 'A1', webhookId: webhook.webhookId });
  await process.begun(1);
  return webhook.webhookId;
}
