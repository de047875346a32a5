import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Event } from '../../../src/domain/event.ts';
import type { SessionId } from '../../../src/domain/session-id.ts';
import { Secret } from '../../../src/kit/secret.ts';
import type { CallbackArchive, CallbackQueue } from '../../../src/ports/callbacks.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { openStorage } from '../../../src/storage/sqlite/open.ts';
import { BackendNotifier } from '../../../src/webhooks/backend-notifier.ts';
import { createDeliveryClient } from '../../../src/webhooks/delivery-client.ts';
import { ManualClock } from '../../harness/manual-clock.ts';
import { noMetrics } from '../../harness/no-metrics.ts';
import { type Received, startTestBackend, type TestBackend } from '../../harness/test-backend.ts';

export const ANA = 'session_1_ana' as SessionId;
export const BEA = 'session_2_bea' as SessionId;
export const API_KEY = 'the-api-key';
/** The deadline of a delivery, which no test waits for. */
const TIMEOUT_MS = 7_000_000;

/** A line of the log. */
export interface LogLine {
  level: number;
  msg: string;
  [field: string]: unknown;
}

/** A real queue, a real HTTP backend and a notifier between them, on a manual clock. */
export class World implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly lines: LogLine[] = [];
  readonly backend: TestBackend;
  readonly #folder: string;
  #storage: Storage;
  #notifier: BackendNotifier | undefined;
  #lineWatchers: (() => void)[] = [];

  constructor(folder: string, backend: TestBackend) {
    this.#folder = folder;
    this.backend = backend;
    this.#storage = openStorage(folder, this.clock, null);
  }

  get queue(): CallbackQueue {
    return this.#storage.callbacks;
  }

  get archive(): CallbackArchive {
    return this.#storage.archive;
  }

  get notifier(): BackendNotifier {
    if (!this.#notifier) throw new Error('The notifier was not started.');
    return this.#notifier;
  }

  /** Jitter is half of its bound: the delays are 0, 500, 1000, 2500, 5000, 10000, 15000, then 30000 ms. */
  async startNotifier(
    change: {
      retries?: number;
      poisonAfterMs?: number;
      queue?: CallbackQueue;
      concurrency?: number;
      timeoutMs?: number;
    } = {},
  ): Promise<BackendNotifier> {
    const apiKey = new Secret(API_KEY);
    const { timeoutMs = TIMEOUT_MS } = change;
    const delivery = { baseUrl: this.backend.url, apiKey, secret: null, timeoutMs, version: '4.0.0' };
    this.#notifier = new BackendNotifier({
      queue: change.queue ?? this.queue,
      deliver: createDeliveryClient(delivery, this.clock),
      settings: {
        retries: change.retries ?? 2,
        poisonAfterMs: change.poisonAfterMs ?? 3600_000,
        retentionMs: 72 * 3600_000,
      },
      ...(change.concurrency !== undefined && { concurrency: change.concurrency }),
      metrics: noMetrics,
      clock: this.clock,
      random: { fraction: () => 0.5, text: () => '' },
      log: pino({ level: 'debug' }, { write: (line: string) => this.#logged(JSON.parse(line) as LogLine) }),
    });
    await this.#notifier.start();
    return this.#notifier;
  }

  /** Stores one event for each text, which is also its webhookId. */
  async happens(sessionId: SessionId, ...texts: string[]): Promise<void> {
    for (const text of texts) {
      const body = { session_id: sessionId, error_message: text, timestamp: '', last_seen: null };
      const event: Event = { kind: 'status-update', body: { ...body, status: 'connected' } };
      await this.#storage.sentMessages.progress(sessionId, {
        messageId: text,
        status: 'sent',
        event: { event, webhookId: text },
      });
    }
  }

  /** Stores a QR event, whose code is also its webhookId. */
  async offersQr(sessionId: SessionId, code: string): Promise<void> {
    const event: Event = { kind: 'qr-update', body: { session_id: sessionId, qr_data: code, generated_at: '' } };
    await this.#storage.sentMessages.progress(sessionId, {
      messageId: code,
      status: 'sent',
      event: { event, webhookId: code },
    });
  }

  /** A sent message is delivered to the phone; its id is also the webhookId. */
  async messageDelivered(sessionId: SessionId, messageId: string): Promise<void> {
    const update = { status: 'delivered' as const, error_code: null, error_message: null, timestamp: '' };
    const body = { session_id: sessionId, message_id: messageId, to_number: null, ...update };
    const event: Event = { kind: 'message-status-update', body };
    await this.#storage.sentMessages.progress(sessionId, {
      messageId,
      status: 'delivered',
      event: { event, webhookId: messageId },
    });
  }

  /** Resolves when a line of the log contains this text. */
  async logged(part: string): Promise<LogLine> {
    for (;;) {
      const found = this.lines.find(({ msg }) => msg.includes(part));
      if (found) return found;
      await new Promise<void>((resolve) => this.#lineWatchers.push(resolve));
    }
  }

  /** Resolves when nothing is pending any more. */
  async untilAllDelivered(): Promise<void> {
    for (;;) {
      const before = this.lines.length;
      if ((await this.queue.counts(this.clock.now())).pending === 0) return;
      // If something was logged meanwhile, the last delivery may be among it.
      if (this.lines.length === before) await new Promise<void>((resolve) => this.#lineWatchers.push(resolve));
    }
  }

  /** The process ends and another one starts: everything in memory is gone. */
  async restart(): Promise<void> {
    await this.notifier[Symbol.asyncDispose]();
    await this.#storage[Symbol.asyncDispose]();
    this.#storage = openStorage(this.#folder, this.clock, null);
    await this.startNotifier();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.backend[Symbol.asyncDispose]();
    await this.#notifier?.[Symbol.asyncDispose]();
    await this.#storage[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true });
  }

  #logged(line: LogLine): void {
    this.lines.push(line);
    for (const look of this.#lineWatchers.splice(0)) look();
  }
}

export async function startWorld(): Promise<World> {
  return new World(await mkdtemp(join(tmpdir(), 'callbacks-')), await startTestBackend());
}

/** The number and key of each, in order. */
export function numbered(received: readonly Received[]): string[] {
  return received.map(({ headers }) => `${String(headers['x-session-seq'])} ${String(headers['webhook-id'])}`);
}

/** The keys of these callbacks, in order. */
export function ids(received: readonly Received[]): string[] {
  return received.map(({ headers }) => String(headers['webhook-id']));
}

/** Lets time pass in steps until `holds`; it stands still while a delivery is in flight. */
export async function passTime(world: World, holds: () => boolean, stepMs = 50): Promise<void> {
  await untilQuiet(world);
  while (!holds()) {
    await world.clock.advance(stepMs);
    await untilQuiet(world);
  }
}

/** Resolves when no delivery is in flight: each of them has a deadline. */
export async function untilQuiet({ clock }: World): Promise<void> {
  do await new Promise((resolve) => setImmediate(resolve));
  while (clock.timers.includes(TIMEOUT_MS));
}
