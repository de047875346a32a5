import { isAtRest, troubledSince } from '../../domain/attention.ts';
import type { SessionRecord, SessionStatus } from '../../domain/session.ts';
import type { NotificationsApi, NotificationTest } from '../../http/core.ts';
import type { Language } from '../../config/notification-settings.ts';
import type { Clock, Timer } from '../../kit/clock.ts';
import { bounded } from '../../kit/bounded.ts';
import { describeFailure } from '../../kit/failure.ts';
import type { Logger } from '../../kit/logger.ts';
import { ID_ALPHABET, type Random } from '../../kit/random.ts';
import { Supervisor } from '../../kit/supervisor.ts';
import type { SettingsStore } from '../../ports/storage.ts';
import { type Trouble, TROUBLE_KINDS, type TroubleKind } from '../health.ts';
import type { Courier } from './courier.ts';
import { type Due, Ledger, type Sighting } from './ledger.ts';
import { composed, type Concern, type Notification, serverConcern, testNotification } from './notification.ts';

/** How often somebody looks. */
const LOOK_MS = 25_000;
/** How long after the start, or after another node told, nothing is told: what is well must have shown that it is. */
const SETTLE_MS = 120_000;
/** Between two notifications. */
const GAP_MS = 60_000;
/** How long the shutdown waits for attempts in flight. */
const END_MS = 2_000;
/** What the ids of troubles of the server begin with; session ids begin otherwise. */
const SERVER = 'server:';

/** The dependencies of {@link Notifications}. */
export interface NotificationsDeps {
  /** `NOTIFY_AFTER`. */
  afterMs: number;
  languages: readonly Language[];
  spanish: (sentence: string) => string;
  couriers: readonly Courier[];
  /** All sessions, also those of other nodes. */
  sessions: { list(): Promise<SessionRecord[]>; counts(): Promise<Record<SessionStatus, number>> };
  health: { report(): Promise<{ troubles: readonly Trouble[] }> };
  store: SettingsStore;
  /** Whether this process tells: of several nodes, one does. */
  isTeller: () => boolean;
  clock: Clock;
  random: Random;
  log: Logger;
}

/** What is seen in one look. */
interface View {
  sessions: ReadonlyMap<string, SessionRecord>;
  troubles: ReadonlyMap<TroubleKind, Trouble>;
  sightings: readonly Sighting[];
}

/**
 * Tells the operator when something begins to need attention, and when that is over. It looks at what is stored and at the health now and then,
 * beside everything else: nothing waits for it. At any time at most one notification waits for its first channel; what happens meanwhile is
 * in the next one.
 */
export class Notifications implements NotificationsApi, AsyncDisposable {
  readonly #deps: NotificationsDeps;
  readonly #supervisor: Supervisor;
  /** Since when each trouble of the server has lasted, by the monotonic clock. */
  readonly #since = new Map<TroubleKind, number>();
  #ledger: Ledger | undefined;
  #tellsSinceMs: number | undefined;
  #toldAtMs = -Infinity;
  #isTelling = false;
  #timer: Timer | undefined;
  #isOver = false;

  constructor(deps: NotificationsDeps) {
    this.#deps = deps;
    this.#supervisor = new Supervisor(deps.log);
  }

  /** Looks from now on. */
  start(): void {
    if (this.#isOver || this.#deps.couriers.length === 0) return;
    this.#timer = this.#deps.clock.after(LOOK_MS, () => {
      const look = this.#look().catch((error: unknown) => {
        this.#deps.log.debug({ failure: describeFailure(error) }, 'what needs attention is not known now');
      });
      this.#supervisor.run(
        'a look at what needs attention',
        look.finally(() => this.start()),
      );
    });
  }

  /** Sends a test on every channel at once, one attempt each. */
  test(): Promise<NotificationTest[]> {
    const { couriers, clock, languages } = this.#deps;
    const notification = testNotification({ id: this.#newId(), nowMs: clock.now(), languages });
    return Promise.all(
      couriers.map(async ({ channel }) => {
        const startedMs = clock.monotonic();
        const outcome = await channel.send(notification);
        return { channel: channel.name, ...outcome, durationMs: Math.round(clock.monotonic() - startedMs) };
      }),
    );
  }

  /** What was not sent is told by the next process. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#timer?.cancel();
    for (const courier of this.#deps.couriers) courier.end();
    await bounded(this.#supervisor.idle(), END_MS, this.#deps.clock);
  }

  async #look(): Promise<void> {
    const { clock, isTeller, store, afterMs } = this.#deps;
    if (!isTeller()) {
      this.#ledger = undefined;
      this.#tellsSinceMs = undefined;
      return;
    }
    const nowMs = clock.monotonic();
    this.#tellsSinceMs ??= nowMs;
    this.#ledger ??= await Ledger.load(store);
    const ledger = this.#ledger;
    const view = await this.#see(ledger);
    if (nowMs - this.#tellsSinceMs < SETTLE_MS || this.#isTelling) return;
    const gone = ledger.told.filter((id) => !isServer(id) && !view.sessions.has(id));
    if (gone.length > 0) await ledger.forget(gone);
    const due = ledger.due(view.sightings, overOf(ledger, view), { afterMs, nowMs });
    if (due.begun.length + due.over.length === 0 || nowMs - this.#toldAtMs < GAP_MS) return;
    this.#isTelling = true;
    this.#supervisor.run(
      'a notification',
      this.#tell(ledger, due, view).finally(() => (this.#isTelling = false)),
    );
  }

  async #see(ledger: Ledger): Promise<View> {
    const { troubles: found } = await this.#deps.health.report();
    const troubles = new Map(found.map((trouble) => [trouble.kind, trouble]));
    for (const kind of this.#since.keys()) if (!troubles.has(kind)) this.#since.delete(kind);
    for (const kind of troubles.keys()) if (!this.#since.has(kind)) this.#since.set(kind, this.#deps.clock.monotonic());
    const records = await this.#records(ledger);
    const sessions = new Map(records.map((record) => [String(record.sessionId), record]));
    return { sessions, troubles, sightings: [...this.#ofServer(), ...this.#ofAccounts(records)] };
  }

  /** With several nodes, all sessions come from the database: they are read only where one may need attention. */
  async #records({ told }: Ledger): Promise<SessionRecord[]> {
    const { sessions } = this.#deps;
    const { disconnected, error } = await sessions.counts();
    return disconnected + error > 0 || told.some((id) => !isServer(id)) ? sessions.list() : [];
  }

  #ofServer(): Sighting[] {
    const { clock } = this.#deps;
    return [...this.#since].map(([kind, sinceMs]) => {
      const ageMs = clock.monotonic() - sinceMs;
      return { id: `${SERVER}${kind}`, ageMs, sinceMs: clock.now() - ageMs };
    });
  }

  #ofAccounts(records: readonly SessionRecord[]): Sighting[] {
    const nowMs = this.#deps.clock.now();
    return records.flatMap((record) => {
      const sinceMs = troubledSince(record);
      return sinceMs === null ? [] : [{ id: record.sessionId, sinceMs, ageMs: nowMs - sinceMs }];
    });
  }

  /** It counts as told once one channel has accepted it. If none does, the next look begins anew, with what is true then. */
  async #tell(ledger: Ledger, due: Due, view: View): Promise<void> {
    const { couriers, clock, languages, spanish } = this.#deps;
    const concerns = (list: readonly { id: string; sinceMs: number }[]) =>
      list.flatMap((each) => concernOf(each, view));
    const style = { id: this.#newId(), nowMs: clock.now(), languages, spanish };
    const notification: Notification = composed(concerns(due.begun), concerns(due.over), style);
    const sent = couriers.map(async (courier) => {
      const sending = courier.send(notification);
      this.#supervisor.run('a notification on one channel', sending);
      if (!(await sending)) throw new Error(courier.channel.name);
    });
    const isTold = await Promise.any(sent).then(
      () => true,
      () => false,
    );
    if (!isTold) return;
    this.#toldAtMs = clock.monotonic();
    await ledger.wasTold(due);
  }

  #newId(): string {
    return `notification_${this.#deps.random.text(24, ID_ALPHABET)}`;
  }
}

function isServer(id: string): boolean {
  return id.startsWith(SERVER);
}

function kindOf(id: string): TroubleKind | undefined {
  return TROUBLE_KINDS.find((kind) => id === `${SERVER}${kind}`);
}

/** What was told and is over; also a trouble that only another version knew. */
function overOf({ told }: Ledger, { sessions, troubles }: View): string[] {
  return told.filter((id) => {
    if (!isServer(id)) return isAtRest(sessions.get(id));
    const kind = kindOf(id);
    return kind === undefined || !troubles.has(kind);
  });
}

function concernOf({ id, sinceMs }: { id: string; sinceMs: number }, { sessions, troubles }: View): Concern[] {
  const kind = kindOf(id);
  if (kind !== undefined) return [serverConcern({ kind, sentence: troubles.get(kind)?.sentence ?? null }, sinceMs)];
  const record = sessions.get(id);
  return record ? [{ kind: 'account', record, sinceMs }] : [];
}
