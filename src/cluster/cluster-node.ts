import type { SessionId } from '../domain/session-id.ts';
import type { Clock } from '../kit/clock.ts';
import { describeFailure } from '../kit/failure.ts';
import type { Logger } from '../kit/logger.ts';
import type { ClusterMetrics } from '../ports/metrics.ts';
import type {
  ClusterVersions,
  LivingNode,
  Membership,
  NodeDescription,
  Ownership,
  SessionHost,
} from '../ports/ownership.ts';
import { drain } from './drain.ts';
import { HandOvers } from './hand-overs.ts';
import { Heartbeat } from './heartbeat.ts';
import type { LocalLease } from './lease.ts';
import { Sharing } from './sharing.ts';
import { type SeenNode, Sightings } from './sightings.ts';
import { BEATS_PER_LEASE, type Observations, observe } from './silent-nodes.ts';
import { Ticker } from './ticker.ts';

/** The dependencies of {@link ClusterNode}. */
export interface ClusterNodeDeps {
  membership: Membership;
  ownership: Ownership;
  lease: LocalLease;
  settings: { leaseMs: number; drainMs: number };
  clock: Clock;
  log: Logger;
  /** The others have buried this node: the process must end, and start anew. */
  onBuried: () => void;
  metrics?: ClusterMetrics | undefined;
}

/** The cluster, as this node sees it. */
export interface ClusterState {
  /** This node. */
  nodeId: string;
  /** How long ago the database last answered who lives, in ms; `null` before it first did. */
  ageMs: number | null;
  /** All that live, also this one, and those that were lost a while ago; by name. */
  nodes: SeenNode[];
  /** The sessions that no living node owns; `null` while that is not known. */
  unowned: number | null;
  /** The sessions that this node owns: deleted ones too, as long as they have callbacks to deliver. */
  owned: number;
  leaseMs: number;
  /** The least that was left of the lease within the last minute, in ms. */
  marginMs: number;
}

/** What runs here, once there is something to run it. */
interface Running {
  host: SessionHost;
  handOvers: HandOvers;
  sharing: Sharing;
}

const NO_LOAD = { owned: 0, online: 0 };

/** This node among the others: shows that it lives, buries those that do not, and takes and gives sessions. */
export class ClusterNode implements AsyncDisposable {
  readonly #deps: ClusterNodeDeps;
  readonly #heartbeat: Heartbeat;
  readonly #looks: Ticker;
  readonly #shares: Ticker;
  readonly #versionListeners: ((versions: ClusterVersions) => void)[] = [];
  #node: NodeDescription | undefined;
  #running: Running | undefined;
  readonly #sightings: Sightings;
  #living: readonly LivingNode[] = [];
  #observations: Observations | undefined;
  #isDraining = false;
  #isBuried = false;

  constructor(deps: ClusterNodeDeps) {
    const { membership, lease, settings, clock, log } = deps;
    const { leaseMs } = settings;
    this.#deps = deps;
    this.#heartbeat = new Heartbeat({
      ...{ membership, lease, leaseMs, clock, log },
      load: () => this.#running?.host.load() ?? NO_LOAD,
      onHeld: () => this.#running?.host.resume(),
      onOver: () => this.#running?.host.pause(),
      onBuried: () => this.#buried(),
      onVersions: (versions) => this.#versionListeners.forEach((listener) => listener(versions)),
    });
    this.#sightings = new Sightings(leaseMs, clock);
    const everyMs = leaseMs / BEATS_PER_LEASE;
    this.#looks = new Ticker({ what: 'look', everyMs, work: () => this.#look(), clock, log });
    this.#shares = new Ticker({ what: 'share', everyMs, work: () => this.#share(), clock, log });
  }

  /** The nodes of the last look, also this one. */
  get living(): readonly LivingNode[] {
    return this.#living;
  }

  /** What this node knows of the cluster. Asks nobody. */
  get state(): ClusterState {
    const { ownership, lease, settings } = this.#deps;
    return {
      nodeId: this.#node?.nodeId ?? '',
      ageMs: this.#sightings.ageMs ?? null,
      nodes: this.#sightings.nodes,
      unowned: this.#running?.sharing.unowned ?? null,
      owned: ownership.owned.size,
      leaseMs: settings.leaseMs,
      marginMs: lease.lowestMarginMs,
    };
  }

  /** Whether requests may come here: the database answers, and the node does not end. */
  get isReady(): boolean {
    return this.#deps.lease.isHeld && !this.#isDraining;
  }

  /** Calls `listener` with what each answered beat says. */
  onVersions(listener: (versions: ClusterVersions) => void): void {
    this.#versionListeners.push(listener);
  }

  /** Joins the cluster. Nothing may be written of sessions before, and nothing is taken before {@link run}. */
  async join(node: NodeDescription): Promise<void> {
    this.#node = node;
    await this.#heartbeat.start(node);
    this.#looks.nudge();
  }

  /** From now on, this node takes sessions and gives them to `host`, the first ones at once. */
  run(host: SessionHost): void {
    const { ownership, lease, settings, clock, log, metrics } = this.#deps;
    const handOvers = new HandOvers({ ownership, host, clock, log, metrics });
    const sharing = new Sharing({ ownership, host, handOvers, leaseMs: settings.leaseMs, clock, log, metrics });
    this.#running = { host, handOvers, sharing };
    if (!lease.isHeld) host.pause();
    ownership.onLost((sessionIds) => this.#lost(sessionIds));
    ownership.onChange(() => this.#shares.nudge());
    this.#looks.nudge();
  }

  /** Whether a session of this node is on its way to another one. */
  isMoving(sessionId: SessionId): boolean {
    return this.#running?.handOvers.isMoving(sessionId) === true;
  }

  /** Takes nothing more, and gives all sessions to other nodes. Never rejects. */
  async drain(): Promise<void> {
    if (this.#isDraining || this.#isBuried) return;
    this.#isDraining = true;
    this.#running?.sharing.stop();
    const { membership, ownership, settings, clock, log } = this.#deps;
    await this.#shares.idle();
    const { handOvers } = this.#running ?? {};
    if (!handOvers || !this.#node) return;
    const { nodeId } = this.#node;
    await drain({ nodeId, membership, ownership, handOvers, limitMs: settings.drainMs, clock, log });
  }

  /** Leaves the cluster: others take at once what is left. Everything of the sessions must have ended before. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
    if (this.#isBuried || !this.#node) return;
    await this.#deps.membership.leave().catch((error: unknown) => {
      this.#deps.log.warn({ failure: describeFailure(error) }, 'the others wait for the end of the lease of this node');
    });
  }

  #stop(): void {
    for (const part of [this.#heartbeat, this.#looks, this.#shares]) part.stop();
    this.#running?.handOvers.stop();
  }

  async #look(): Promise<void> {
    const { membership, settings, clock } = this.#deps;
    const sentAtMs = clock.monotonic();
    const nodes = await membership.living();
    const look = { sentAtMs, answeredAtMs: clock.monotonic(), nodes };
    const { observations, silent } = observe(this.#observations, look, settings.leaseMs);
    this.#observations = observations;
    this.#sightings.saw(nodes, observations);
    this.#living = nodes;
    for (const node of silent) if (!this.#isMe(node)) await this.#bury(node);
    if (this.#running) this.#shares.nudge();
  }

  async #bury(node: LivingNode): Promise<void> {
    const { membership, log } = this.#deps;
    const { nodeId, incarnation } = node;
    if (!(await membership.bury(node, node.beat))) return;
    this.#living = this.#living.filter((other) => other !== node);
    log.warn(
      { nodeId, incarnation },
      'another node has not shown itself for the whole lease: its sessions are taken over',
    );
  }

  /** Sessions are taken and given away only while this node may act, and does not end. */
  async #share(): Promise<void> {
    const me = this.#living.find((node) => this.#isMe(node));
    if (!this.#running || !me || !this.isReady) return;
    await this.#running.sharing.run(me, this.#living);
  }

  #isMe({ nodeId, incarnation }: LivingNode): boolean {
    return nodeId === this.#node?.nodeId && incarnation === this.#node.incarnation;
  }

  #lost(sessionIds: readonly SessionId[]): void {
    this.#deps.metrics?.fenced(sessionIds.length);
    this.#deps.log.warn({ sessionIds }, 'other nodes have taken sessions over');
    this.#running?.host.lose(sessionIds);
  }

  #buried(): void {
    this.#isBuried = true;
    this.#stop();
    this.#deps.log.error('the other nodes have buried this one: it ends, and starts anew');
    const { ownership, onBuried } = this.#deps;
    const owned = [...ownership.owned];
    // From now on, requests that still come go to those who have the sessions.
    ownership.end();
    this.#running?.host.lose(owned);
    onBuried();
  }
}
