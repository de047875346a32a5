import { collectDefaultMetrics, Registry } from 'prom-client';
import {
  type CallbackFate,
  type Metrics,
  type ReceiptFate,
  type SendFate,
  type TransferFate,
} from '../ports/metrics.ts';
import { type SessionStatus } from '../domain/session.ts';
import { Instruments } from './instruments.ts';
import { Gauges, type Standings } from './gauges.ts';

export { type Standings } from './gauges.ts';

/** How long callbacks and messages take, in seconds: from a hundredth to the ages of an outage. */
const AGES = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 86_400];
/** How long a disk takes, in seconds. */
const COMMITS = [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** Counts the work in the form that Prometheus reads. docs/metrics.md explains each metric; a test holds it against this. */
export class PrometheusMetrics implements Metrics {
  readonly #registry = new Registry();
  readonly #make = new Instruments(this.#registry);
  readonly #received = this.#make.counter('messages_received_total', 'Messages that arrived.', ['type', 'fate']);
  readonly #sent = this.#make.counter('messages_sent_total', 'Requests to send, answered.', ['type', 'fate']);
  readonly #progressed = this.#make.counter('message_updates_total', 'News of messages that were sent.', ['status']);
  readonly #posted = this.#make.counter('callback_attempts_total', 'Tries of callbacks.', ['event', 'fate']);
  readonly #became = this.#make.counter('session_transitions_total', 'Changes of status.', ['status']);
  readonly #closed = this.#make.counter('lines_closed_total', 'Lines to WhatsApp that were lost.', ['reason', 'code']);
  readonly #downloaded = this.#make.counter('media_downloads_total', 'Files that were fetched.', ['fate']);
  readonly #uploaded = this.#make.counter('media_uploads_total', 'Files that were put up.', ['fate']);
  readonly #age = this.#make.histogram('callback_age_seconds', 'From the event to its acceptance.', AGES);
  readonly #latency = this.#make.histogram('message_latency_seconds', 'From WhatsApp to the backend.', AGES, [
    'offline',
  ]);
  readonly #committed = this.#make.histogram('store_commit_seconds', 'How long storing takes.', COMMITS);
  readonly #gauges = new Gauges(this.#make);

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** Has these looked at whenever somebody asks. To be called once. */
  watch(standings: Standings): void {
    this.#gauges.watch(standings);
  }

  /** All of it, as Prometheus reads it. */
  async text(): Promise<string> {
    await this.#gauges.look();
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

  committed(ms: number): void {
    this.#committed.observe(seconds(ms));
  }
}

/** Two clocks may disagree; nothing takes less than no time. */
function seconds(ms: number): number {
  return Math.max(0, ms) / 1000;
}
