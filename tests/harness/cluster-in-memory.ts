import type { SessionId } from '../../src/domain/session-id.ts';
import type { Clock } from '../../src/kit/clock.ts';
import type { LivingNode, Membership, NodeDescription, NodeRun, Ownership } from '../../src/ports/ownership.ts';

interface NodeRow extends LivingNode {
  isDead: boolean;
}

interface SessionRow {
  owner: NodeRun | null;
  wantedBy: string | null;
  releasedAtMs: number;
}

const FOR_SUCCESSOR_MS = 2_000;

/** The tables `nodes` and `ownership` in memory, with what the SQL promises of them, and a database that can be away. */
export class ClusterInMemory {
  readonly nodes: NodeRow[] = [];
  readonly rows = new Map<SessionId, SessionRow>();
  readonly #clock: Clock;
  /** What each run knows that it owns, by its incarnation. */
  readonly #owned = new Map<string, Set<SessionId>>();
  readonly #listeners = new Map<string, () => void>();
  /** How the database is away, for each node for which it is. */
  readonly #away = new Map<string, 'refuses' | 'is silent'>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sessions that nobody owns yet. */
  add(...sessionIds: SessionId[]): void {
    for (const id of sessionIds) this.rows.set(id, { owner: null, wantedBy: null, releasedAtMs: -Infinity });
  }

  /** From now on every call of these nodes is rejected, or never answered. */
  goAway(how: 'refuses' | 'is silent', ...nodeIds: string[]): void {
    for (const nodeId of nodeIds) this.#away.set(nodeId, how);
  }

  comeBack(): void {
    this.#away.clear();
  }

  ownedBy(nodeId: string): SessionId[] {
    return [...this.rows].flatMap(([id, { owner }]) => (owner?.nodeId === nodeId ? [id] : []));
  }

  isDead(nodeId: string): boolean | undefined {
    return this.nodes.find((node) => node.nodeId === nodeId)?.isDead;
  }

  membership(run: NodeRun): Membership {
    const mine = () => this.nodes.find((node) => isSame(node, run));
    return {
      join: (node: NodeDescription) =>
        this.#asked(run, () => {
          for (const other of this.nodes) if (other.nodeId === node.nodeId) other.isDead = true;
          const load = { owned: 0, online: 0 };
          this.nodes.push({ ...node, beat: 0, load, isDraining: false, isDead: false });
        }),
      beat: (load) =>
        this.#asked(run, () => {
          const node = mine();
          if (!node || node.isDead) return undefined;
          Object.assign(node, { load, beat: node.beat + 1 });
          return { keys: 0, settings: 0 };
        }),
      living: () => this.#asked(run, () => this.nodes.filter(({ isDead }) => !isDead).map((node) => ({ ...node }))),
      bury: (buried, beat) =>
        this.#asked(run, () => {
          const node = this.nodes.find((other) => isSame(other, buried) && other.beat === beat && !other.isDead);
          if (node) node.isDead = true;
          return node !== undefined;
        }),
      drain: () => this.#asked(run, () => void Object.assign(mine() ?? {}, { isDraining: true })),
      leave: () => this.#asked(run, () => void Object.assign(mine() ?? {}, { isDead: true })),
    };
  }

  ownership(run: NodeRun): Ownership {
    const owned = this.#owned.get(run.incarnation) ?? new Set<SessionId>();
    this.#owned.set(run.incarnation, owned);
    const { nodeId } = run;
    const take = (ids: SessionId[]) => {
      for (const id of ids) {
        this.rows.set(id, { owner: run, wantedBy: null, releasedAtMs: -Infinity });
        owned.add(id);
      }
      return ids;
    };
    return {
      owned,
      onLost: () => undefined,
      end: () => owned.clear(),
      onChange: (listener) => void this.#listeners.set(nodeId, listener),
      claim: (limit, released) =>
        this.#asked(run, () => {
          if (!this.#mayTake(run)) return [];
          const free = [...this.rows].filter(([, row]) => this.#isFree(row));
          const forMe = free.filter(([, { wantedBy }]) => wantedBy === nodeId).slice(0, released);
          const others = free.filter(([, row]) => row.wantedBy !== nodeId && this.#isForAnybody(row)).slice(0, limit);
          return take([...forMe, ...others].map(([id]) => id));
        }),
      untaken: () =>
        this.#asked(run, () => {
          const counts = new Map<string, number>(
            this.nodes.flatMap(({ nodeId: id, isDead, isDraining }) =>
              isDead || isDraining ? [] : [[id, 0] as const],
            ),
          );
          for (const { owner, wantedBy: id } of this.rows.values()) {
            if (owner === null && id !== null && counts.has(id)) counts.set(id, (counts.get(id) ?? 0) + 1);
          }
          return counts;
        }),
      take: (id) =>
        this.#asked(run, () => {
          if (owned.has(id)) return true;
          const row = this.rows.get(id);
          const isFree = !row || this.#isFree(row);
          if (isFree && this.#mayTake(run)) return take([id]).length === 1;
          this.#want(row, nodeId);
          return false;
        }),
      asked: () =>
        this.#asked(run, () => {
          const mine = [...this.rows].filter(([, { owner }]) => owner && isSame(owner, run));
          return new Map(mine.flatMap(([id, { wantedBy }]) => (wantedBy === null ? [] : [[id, wantedBy] as const])));
        }),
      release: (ids, successor) =>
        this.#asked(run, () => {
          for (const id of ids) {
            owned.delete(id);
            this.rows.set(id, { owner: null, wantedBy: successor, releasedAtMs: this.#clock.now() });
          }
          for (const [name, listener] of this.#listeners) if (successor === null || successor === name) listener();
        }),
      ownerOf: (id) =>
        this.#asked(run, () => {
          const row = this.rows.get(id);
          const owner = this.nodes.find((node) => row?.owner && isSame(node, row.owner) && !node.isDead);
          return row && { owner: owner ?? null };
        }),
      counts: () =>
        this.#asked(run, () => ({
          all: this.rows.size,
          unowned: [...this.rows.values()].filter((row) => this.#isFree(row)).length,
        })),
    };
  }

  /** A caller who is not answered waits for ever. */
  async #asked<Result>({ nodeId }: NodeRun, work: () => Result): Promise<Result> {
    const how = this.#away.get(nodeId);
    if (how === 'refuses') throw new Error('The database is away');
    if (how) await new Promise<never>(() => undefined);
    return Promise.resolve(work());
  }

  #want(row: SessionRow | undefined, nodeId: string): void {
    if (!row?.owner) return;
    row.wantedBy = nodeId;
    this.#listeners.get(row.owner.nodeId)?.();
  }

  #mayTake(run: NodeRun): boolean {
    return this.nodes.some((node) => isSame(node, run) && !node.isDead && !node.isDraining);
  }

  #isFree({ owner }: SessionRow): boolean {
    return owner === null || !this.nodes.some((node) => isSame(node, owner) && !node.isDead);
  }

  #isForAnybody({ owner, wantedBy, releasedAtMs }: SessionRow): boolean {
    if (owner !== null || wantedBy === null) return true;
    const lives = this.nodes.some((node) => node.nodeId === wantedBy && !node.isDead && !node.isDraining);
    return !lives || this.#clock.now() - releasedAtMs > FOR_SUCCESSOR_MS;
  }
}

function isSame(one: NodeRun, other: NodeRun): boolean {
  return one.nodeId === other.nodeId && one.incarnation === other.incarnation;
}
