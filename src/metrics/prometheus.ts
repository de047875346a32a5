import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type CallbackCounts } from '../domain/callback-ports.ts';
import { type CallbackFate, type Metrics, type SendFate } from '../domain/metrics.ts';
import { type SessionStatus } from '../domain/session.ts';

/** What is looked at when somebody asks, since it is kept somewhere already. */
export interface Standings {
  sessions: () => Record<SessionStatus, number>;
  callbacks: () => Promise<CallbackCounts>;
  /** Whether the backend takes callbacks. */
  backendIsUp: () => boolean;
}

/** How long callbacks take, in seconds: from a hundredth to the ages of an outage. */
const AGES = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 86_400];

/** Counts the work in the form that Prometheus reads. docs/metrics.md explains each metric; a test holds it against this. */
export class PrometheusMetrics implements Metrics {
  readonly #registry = new Registry();
  readonly #received = this.#counter('messages_received_total', 'Messages that became callbacks.', ['type']);
  readonly #sent = this.#counter('messages_sent_total', 'Requests to send, by what they were told.', ['type', 'fate']);
  readonly #posted = this.#counter('callback_attempts_total', 'Tries to hand over a callback.', ['event', 'fate']);
  readonly #became = this.#counter('session_transitions_total', 'Changes of status.', ['status']);
  readonly #closed = this.#counter('lines_closed_total', 'Lines to WhatsApp that ended, by the reason.', ['reason']);
  readonly #downloaded = this.#counter('media_downloads_total', 'Files of messages that were fetched.', ['fate']);
  readonly #age = new Histogram({
    name: 'orchestrator_callback_age_seconds',
    help: 'How long a callback was there when the backend accepted it.',
    buckets: AGES,
    registers: [this.#registry],
  });
  readonly #sessions = this.#gauge('sessions', 'Sessions by status.', ['status']);
  readonly #pending = this.#gauge('callbacks_pending', 'Callbacks that wait.');
  readonly #dead = this.#gauge('callbacks_dead', 'Callbacks that were given up.');
  readonly #oldest = this.#gauge('callbacks_oldest_pending_seconds', 'How long the oldest waits.');
  readonly #backendUp = this.#gauge('backend_up', '1 while the backend takes callbacks.');
  #standings: Standings | undefined;

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** Has these looked at whenever somebody asks. To be called once. */
  watch(standings: Standings): void {
    this.#standings = standings;
  }

  /** All of it, as Prometheus reads it. */
  async text(): Promise<string> {
    if (this.#standings) await this.#look(this.#standings);
    return this.#registry.metrics();
  }

  /** The media type of {@link text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  received(type: string): void {
    this.#received.inc({ type });
  }

  sent(type: string, fate: SendFate): void {
    this.#sent.inc({ type, fate });
  }

  posted(event: string, fate: CallbackFate, ageMs: number): void {
    this.#posted.inc({ event, fate });
    if (fate === 'delivered') this.#age.observe(Math.max(0, ageMs) / 1000);
  }

  became(status: SessionStatus): void {
    this.#became.inc({ status });
  }

  lineClosed(reason: string): void {
    this.#closed.inc({ reason });
  }

  downloaded(fate: 'ok' | 'failed'): void {
    this.#downloaded.inc({ fate });
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
    return new Counter({ name: `orchestrator_${name}`, help, labelNames, registers: [this.#registry] });
  }

  #gauge<Label extends string>(name: string, help: string, labelNames: Label[] = []): Gauge<Label> {
    return new Gauge({ name: `orchestrator_${name}`, help, labelNames, registers: [this.#registry] });
  }

  async #look({ sessions, callbacks, backendIsUp }: Standings): Promise<void> {
    const { pending, deadLettered, oldestPendingSeconds } = await callbacks();
    for (const [status, count] of Object.entries(sessions())) this.#sessions.set({ status }, count);
    this.#pending.set(pending);
    this.#dead.set(deadLettered);
    this.#oldest.set(oldestPendingSeconds);
    this.#backendUp.set(backendIsUp() ? 1 : 0);
  }
}
