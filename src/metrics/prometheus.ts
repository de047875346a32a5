import { collectDefaultMetrics, Registry } from 'prom-client';
import type { SessionStatus } from '../domain/session.ts';
import type {
  CallbackFate,
  DatabaseMetrics,
  Metrics,
  NotificationMetrics,
  ReceiptFate,
  SendFate,
  TransferFate,
} from '../ports/metrics.ts';
import { PrometheusClusterMetrics } from './cluster-metrics.ts';
import { Gauges, type GaugeSources } from './gauges.ts';
import { Instruments } from './instruments.ts';

/** Buckets for the ages of callbacks and messages, in seconds: from a hundredth to the length of an outage. */
const AGE_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 86_400];
/** Buckets for the durations of commits, in seconds. */
const COMMIT_BUCKETS = [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** Buckets for the number of writes that share a commit: a group takes 200 at most. */
const GROUP_BUCKETS = [1, 2, 5, 10, 25, 50, 100, 200];

/** Which metrics there are besides those of every process. */
export interface MetricsOptions {
  /** Whether the storage is PostgreSQL, and says how many writes share a commit. */
  onPostgres?: boolean;
  /** Whether this process is one of several nodes. */
  isNode?: boolean;
}

/** Metrics for Prometheus. docs/metrics.md explains each of them, and a test compares it with these. */
export class PrometheusMetrics implements Metrics, NotificationMetrics, DatabaseMetrics {
  readonly #registry = new Registry();
  readonly #make = new Instruments(this.#registry);
  readonly #received = this.#make.counter('messages_received_total', 'Received messages.', ['type', 'fate']);
  readonly #sent = this.#make.counter('messages_sent_total', 'Requests to send, by result.', ['type', 'fate']);
  readonly #progressed = this.#make.counter('message_updates_total', 'Status updates of sent messages.', ['status']);
  readonly #posted = this.#make.counter('callback_attempts_total', 'Attempts to deliver a webhook.', ['event', 'fate']);
  readonly #subscriberPosted = this.#make.counter(
    'subscriber_attempts_total',
    'Attempts to deliver to receivers besides the main backend.',
    ['fate'],
  );
  readonly #became = this.#make.counter('session_transitions_total', 'Status changes of sessions.', ['status']);
  readonly #closed = this.#make.counter('lines_closed_total', 'Lost connections to WhatsApp.', ['reason', 'code']);
  readonly #downloaded = this.#make.counter('media_downloads_total', 'Downloaded files.', ['fate']);
  readonly #uploaded = this.#make.counter('media_uploads_total', 'Uploaded files.', ['fate']);
  readonly #notified = this.#make.counter(
    'notifications_total',
    'Notifications of the operator, by channel and result.',
    ['channel', 'fate'],
  );
  readonly #age = this.#make.histogram(
    'callback_age_seconds',
    'Age of a webhook when the backend accepts it.',
    AGE_BUCKETS,
  );
  readonly #latency = this.#make.histogram(
    'message_latency_seconds',
    'From the timestamp of a message to its acceptance by the backend.',
    AGE_BUCKETS,
    ['offline'],
  );
  readonly #committed = this.#make.histogram('store_commit_seconds', 'Duration of a commit.', COMMIT_BUCKETS);
  readonly #shed = this.#make.counter(
    'database_shed_total',
    'Rows that were removed before their time to stay below DATABASE_MAX_SIZE.',
    [],
  );
  readonly #gauges = new Gauges(this.#make);
  readonly #grouped;
  /** Those of a node; `null` for a process on its own. */
  readonly cluster: PrometheusClusterMetrics | null;

  constructor({ onPostgres = false, isNode = false }: MetricsOptions = {}) {
    this.cluster = isNode ? new PrometheusClusterMetrics(this.#make) : null;
    this.#grouped = onPostgres
      ? this.#make.histogram('store_commit_writes', 'How many writes shared a commit.', GROUP_BUCKETS)
      : null;
    collectDefaultMetrics({ register: this.#registry });
  }

  /** Has the gauges read these at each scrape. Call it once. */
  watch(sources: GaugeSources): void {
    this.#gauges.watch(sources);
  }

  /** All metrics, in the text format of Prometheus. */
  async text(): Promise<string> {
    await this.#gauges.update();
    this.cluster?.update();
    return this.#registry.metrics();
  }

  /** The media type of {@link text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  received(type: string, fate: ReceiptFate): void {
    this.#received.inc({ type, fate });
  }

  sent(type: string, fate: SendFate): void {
    this.#sent.inc({ type, fate });
  }

  progressed(status: string): void {
    this.#progressed.inc({ status });
  }

  posted(event: string, fate: CallbackFate, ageMs: number): void {
    this.#posted.inc({ event, fate });
    if (fate === 'delivered') this.#age.observe(seconds(ageMs));
  }

  subscriberPosted(fate: CallbackFate): void {
    this.#subscriberPosted.inc({ fate });
  }

  arrived(latencyMs: number, offline: boolean): void {
    this.#latency.observe({ offline: String(offline) }, seconds(latencyMs));
  }

  became(status: SessionStatus | 'removed'): void {
    this.#became.inc({ status });
  }

  connectionClosed(reason: string, code: string): void {
    this.#closed.inc({ reason, code });
  }

  downloaded(fate: TransferFate): void {
    this.#downloaded.inc({ fate });
  }

  uploaded(fate: TransferFate): void {
    this.#uploaded.inc({ fate });
  }

  notified(channel: string, fate: 'sent' | 'failed'): void {
    this.#notified.inc({ channel, fate });
  }

  shed(rows: number): void {
    this.#shed.inc(rows);
  }

  committed(ms: number, writes?: number): void {
    this.#committed.observe(seconds(ms));
    if (writes !== undefined) this.#grouped?.observe(writes);
  }
}

/** Never negative, though the clocks of two machines may disagree. */
function seconds(ms: number): number {
  return Math.max(0, ms) / 1000;
}
