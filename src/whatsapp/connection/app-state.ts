import type { BinaryNode, WASocket } from '@whiskeysockets/baileys';
import { AppError } from '../../domain/errors.ts';
import type { Clock, Timer } from '../../kit/clock.ts';
import { messageOf } from '../../kit/failure.ts';
import { SerialQueue } from '../../kit/serial-queue.ts';
import type { AppStateChanges } from '../baileys/app-state-changes.ts';
import type { Logins } from './logins.ts';
import {
  type AppStateCollection,
  type AppStatePatch,
  type AppStateResync,
  isCollection,
} from '../baileys/app-state-resync.ts';

/** Dependencies of {@link keepAppState}. */
export interface AppStateDeps {
  socket: WASocket;
  resync: AppStateResync;
  /** The logins of all sessions, which nothing of this may delay. */
  logins: Pick<Logins, 'over'>;
  /** Its timers end with the connection. */
  clock: Clock;
  /** Called once with what the operator should know; the connection goes on. */
  note: (why: string) => void;
}

/** The pause after a failure doubles with each further one. */
const SHORTEST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 6 * 3600_000;
/** A clock that differs by more is not believed. */
const MOST_AHEAD_MS = 24 * 3600_000;

/**
 * Fetches what the phone shares besides messages, such as the names of contacts: everything once the phone has sent the keys, and a
 * collection when WhatsApp announces a change. Nothing waits for it: in Baileys, the messages of a first login and every later
 * notification do. What fails is fetched again after a pause, which grows.
 */
export function keepAppState(deps: AppStateDeps): AppStateChanges {
  const { socket, logins, clock } = deps;
  const appState = new AppState(deps);
  // Baileys would handle nothing after the first part of a history until it has fetched all collections, and keep in memory what it
  // emits, for 20 s at least. It only does so for a device that it believes to be new.
  socket.authState.creds.accountSyncCounter ||= 1;
  socket.ws.on('CB:notification,type:server_sync', (stanza: BinaryNode) => takeNames(stanza).forEach(appState.due));
  socket.ev.on('connection.update', ({ receivedPendingNotifications }) => {
    if (receivedPendingNotifications) void logins.over(clock).then(() => appState.catchUp());
  });
  let known = socket.authState.creds.myAppStateKeyId;
  socket.ev.on('creds.update', ({ myAppStateKeyId: key }) => {
    // Some updates repeat all credentials.
    if (key === undefined || key === known) return;
    known = key;
    appState.catchUp();
  });
  return appState;
}

/** The collections that a notification names. Baileys finds none of them any more, and acknowledges it. */
function takeNames(stanza: BinaryNode): AppStateCollection[] {
  if (!Array.isArray(stanza.content)) return [];
  const names = stanza.content.map(({ tag, attrs: { name } }) => (tag === 'collection' ? name : undefined));
  stanza.content = [];
  return [...new Set(names.filter(isCollection))];
}

class AppState implements AppStateChanges {
  readonly #deps: AppStateDeps;
  readonly #queue = new SerialQueue();
  readonly #queued = new Set<AppStateCollection>();
  readonly #failures = new Map<AppStateCollection, number>();
  readonly #pauses = new Map<AppStateCollection, Timer>();
  #isNoted = false;
  /** How far WhatsApp's clock is ahead of ours. */
  #aheadMs = 0;

  constructor(deps: AppStateDeps) {
    this.#deps = deps;
    deps.socket.ws.on('CB:success', ({ attrs: { t } }: BinaryNode) => {
      const aheadMs = Number(t) * 1000 - deps.clock.now();
      if (Math.abs(aheadMs) < MOST_AHEAD_MS) this.#aheadMs = aheadMs;
    });
  }

  nowSeconds(): number {
    return Math.floor((this.#deps.clock.now() + this.#aheadMs) / 1000);
  }

  async change(patch: AppStatePatch): Promise<void> {
    const { socket, resync } = this.#deps;
    if (socket.authState.creds.myAppStateKeyId === undefined) throw new AppError('app_state_not_ready');
    try {
      await this.#queue.run(() => resync.change(socket, patch));
    } catch (error) {
      // Baileys' own errors say themselves what they are.
      if (!(error instanceof Error) || 'output' in error) throw error;
      throw new AppError('whatsapp_refused', { message: `${messageOf(error)}.`, cause: error });
    }
  }

  /** Fetches a collection, unless there is no key yet, or it is fetched later anyway. */
  readonly due = (name: AppStateCollection): void => {
    const { myAppStateKeyId } = this.#deps.socket.authState.creds;
    if (myAppStateKeyId === undefined || this.#queued.has(name) || this.#pauses.has(name)) return;
    this.#queued.add(name);
    void this.#queue.run(() => this.#fetch(name));
  };

  /** Fetches every collection that was never fetched, and those that failed: a key may have been what they lacked. */
  catchUp(): void {
    const { socket, resync } = this.#deps;
    if (!socket.ws.isOpen) return;
    for (const [name, pause] of this.#pauses) {
      pause.cancel();
      this.#pauses.delete(name);
      this.due(name);
    }
    // The storage reports its failure itself, and ends the connection.
    resync.missing(socket).then((names) => names.forEach(this.due), nothing);
  }

  async #fetch(name: AppStateCollection): Promise<void> {
    const { socket, resync } = this.#deps;
    this.#queued.delete(name);
    const isOpen = (): boolean => socket.ws.isOpen;
    if (!isOpen()) return;
    try {
      await resync.fetch(socket, name);
      this.#failures.delete(name);
    } catch (error) {
      if (isOpen()) this.#failed(name, error);
    }
  }

  #failed(name: AppStateCollection, error: unknown): void {
    const { clock, note } = this.#deps;
    const before = this.#failures.get(name) ?? 0;
    this.#failures.set(name, before + 1);
    const pauseMs = Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** Math.min(before, 30));
    const resume = (): void => {
      this.#pauses.delete(name);
      this.due(name);
    };
    this.#pauses.set(name, clock.after(pauseMs, resume));
    if (this.#isNoted) return;
    this.#isNoted = true;
    note(
      `The app state "${name}" (names of contacts, settings) could not be read: ${messageOf(error)}. ${CONSEQUENCE}`,
    );
  }
}

const CONSEQUENCE = 'It is tried again, less and less often; messages are not affected.';

function nothing(): void {
  // See where it is used.
}
