import { type ClusterMetrics, FORWARD_OUTCOMES, type ForwardOutcome } from '../ports/metrics.ts';
import type { Instruments } from './instruments.ts';

/** Buckets for the durations of hand-overs, in seconds. */
const HANDOVER_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/** The state of a node, which the gauges read when somebody scrapes them. */
export interface ClusterSource {
  readonly state: {
    /** How long ago the database last answered who lives, in ms; `null` before it first did. */
    ageMs: number | null;
    nodes: readonly { isLost: boolean }[];
    /** The sessions that no living node owns; `null` while that is not known. */
    unowned: number | null;
    /** The sessions that this node owns. */
    owned: number;
    leaseMs: number;
    /** The least that was left of the lease within the last minute, in ms. */
    marginMs: number;
  };
}

/** What one of several nodes does, and what it knows of the others. */
export class PrometheusClusterMetrics implements ClusterMetrics {
  readonly #claims;
  readonly #fenced;
  readonly #handovers;
  readonly #forwards;
  readonly #owned;
  readonly #unowned;
  readonly #nodes;
  readonly #lease;
  readonly #margin;
  #source: ClusterSource | undefined;

  constructor(make: Instruments) {
    this.#claims = make.counter('claims_total', 'Sessions taken over.', []);
    this.#fenced = make.counter('fenced_total', 'Sessions lost to other nodes, found out by a refused write.', []);
    const handovers = 'From the beginning of the end of a session here to its release for another node.';
    this.#handovers = make.histogram('handover_seconds', handovers, HANDOVER_BUCKETS);
    this.#forwards = make.counter('forwards_total', 'Requests for sessions of other nodes, by result.', ['outcome']);
    this.#owned = make.gauge('sessions_owned', 'Sessions that this node owns.');
    this.#unowned = make.gauge('sessions_unowned', 'Sessions of the cluster that no living node owns.');
    this.#nodes = make.gauge('nodes', 'Living nodes of the cluster.');
    this.#lease = make.gauge('lease_seconds', 'How long others wait for a silent node (CLUSTER_LEASE).');
    this.#margin = make.gauge('lease_margin_seconds', 'The least that was left of the lease within the last minute.');
    for (const outcome of FORWARD_OUTCOMES) this.#forwards.inc({ outcome }, 0);
  }

  /** Has the gauges read this at each scrape. Call it once. */
  watch(source: ClusterSource): void {
    this.#source = source;
  }

  /** Reads the current state. What is not known now has no series: an old value could be long wrong. */
  update(): void {
    if (!this.#source) return;
    const { ageMs, nodes, unowned, owned, leaseMs, marginMs } = this.#source.state;
    const isCurrent = ageMs !== null && ageMs < leaseMs;
    const living = nodes.filter(({ isLost }) => !isLost).length;
    setOrRemove(this.#nodes, isCurrent ? living : null);
    setOrRemove(this.#unowned, unowned);
    this.#owned.set(owned);
    this.#lease.set(leaseMs / 1_000);
    this.#margin.set(marginMs / 1_000);
  }

  claimed(sessions: number): void {
    this.#claims.inc(sessions);
  }

  fenced(sessions: number): void {
    this.#fenced.inc(sessions);
  }

  handedOver(ms: number): void {
    this.#handovers.observe(ms / 1_000);
  }

  forwarded(outcome: ForwardOutcome): void {
    this.#forwards.inc({ outcome });
  }
}

function setOrRemove(gauge: ReturnType<Instruments['gauge']>, value: number | null): void {
  if (value === null) gauge.remove();
  else gauge.set(value);
}
