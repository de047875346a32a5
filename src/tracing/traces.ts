import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import type { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { AppError } from '../domain/errors.ts';
import { BoundedCache } from '../kit/bounded-cache.ts';
import { bounded } from '../kit/bounded.ts';
import type { Clock } from '../kit/clock.ts';
import {
  LEFT_TRACES,
  type LeftTrace,
  type Mark,
  MARKS,
  PAST_STEPS,
  type PastStep,
  type Step,
  STEPS,
} from '../kit/trace.ts';
import { createProvider, type ProviderDeps } from './provider.ts';
import type { TraceSettings } from './settings.ts';

/** What waits for its webhooks: some minutes of much traffic. A webhook whose cause is forgotten begins a trace of its own. */
const LEFT = { max: 20_000, ttlMs: 10 * 60_000 };

/** How long the end of the process waits for the collector. */
const FLUSH_MS = 2_000;

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT } as const;

/**
 * Turns the steps of messages and requests (`kit/trace.ts`) into OpenTelemetry's spans. When the collector is slow or away, spans are
 * dropped, and nothing waits for them.
 */
export class Traces implements AsyncDisposable {
  readonly #provider: BasicTracerProvider;
  readonly #tracer: Tracer;
  readonly #current = new AsyncLocalStorage<Span>();
  readonly #spans = new WeakMap<Step, Span>();
  readonly #left: BoundedCache<SpanContext>;
  readonly #unsubscribe: (() => void)[] = [];
  readonly #clock: Clock;

  constructor(settings: TraceSettings, deps: ProviderDeps) {
    this.#clock = deps.clock;
    this.#left = new BoundedCache(deps.clock, LEFT);
    this.#provider = createProvider(settings, deps);
    this.#tracer = this.#provider.getTracer(settings.serviceName, deps.version);
    this.#follow();
  }

  /** Exports what is left, unless the collector is away. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await bounded(
      this.#provider.shutdown().catch(() => undefined),
      FLUSH_MS,
      this.#clock,
    );
  }

  #follow(): void {
    STEPS.start.bindStore(this.#current, (step) => this.#begin(step));
    this.#unsubscribe.push(() => STEPS.start.unbindStore(this.#current));
    this.#on(STEPS.asyncEnd, (step) => this.#spans.get(step as Step)?.end());
    this.#on(STEPS.error, (step) => this.#failed(step as FailedStep));
    this.#on(MARKS, (mark) => this.#marked(mark as Mark));
    this.#on(PAST_STEPS, (step) => this.#past(step as PastStep));
    this.#on(LEFT_TRACES, (left) => this.#leave(left as LeftTrace));
  }

  #on(from: Publisher, handle: (message: unknown) => void): void {
    from.subscribe(handle);
    this.#unsubscribe.push(() => from.unsubscribe(handle));
  }

  #begin(step: Step): Span {
    const { name, attributes, side } = step;
    const kind = side && KINDS[side];
    const span = this.#tracer.startSpan(name, { attributes, ...(kind && { kind }) }, this.#parentOf(step));
    this.#spans.set(step, span);
    step.traceparent = traceparentOf(span.spanContext());
    return span;
  }

  /**
   * A request goes on where its caller is, and a webhook where its cause ended: never within what happens to run now, such as the
   * request that woke the worker.
   */
  #parentOf({ side, from, after }: Step): Context {
    if (side === 'server') return within(from === undefined ? null : parseTraceParent(from));
    if (after !== undefined) return within(this.#left.get(after));
    return within(this.#current.getStore()?.spanContext());
  }

  /** Messages of errors may repeat what was sent: only codes are exported. */
  #failed(step: FailedStep): void {
    const { error, side } = step;
    const span = this.#spans.get(step);
    const isRefusal = error instanceof AppError;
    span?.setAttribute('error.type', isRefusal ? error.code : error instanceof Error ? error.name : 'unknown');
    if (!isRefusal || side !== 'server') span?.setStatus({ code: SpanStatusCode.ERROR });
  }

  #marked({ name, hasFailed }: Mark): void {
    const span = this.#current.getStore();
    span?.addEvent(name);
    if (hasFailed) span?.setStatus({ code: SpanStatusCode.ERROR, message: name });
  }

  #past({ name, attributes, startMs, key }: PastStep): void {
    const span = this.#tracer.startSpan(name, { attributes, startTime: startMs, root: true }, ROOT_CONTEXT);
    span.end();
    this.#left.set(key, span.spanContext());
  }

  #leave({ key, after }: LeftTrace): void {
    const context = after === undefined ? this.#current.getStore()?.spanContext() : this.#left.get(after);
    if (context) this.#left.set(key, context);
  }
}

/** Node adds what the work failed with. */
type FailedStep = Step & { error: unknown };

/** A channel, or a part of one. */
interface Publisher {
  subscribe(subscriber: (message: unknown) => void): void;
  unsubscribe(subscriber: (message: unknown) => void): unknown;
}

function within(parent: SpanContext | null | undefined): Context {
  return parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
}

/** W3C Trace Context, version 00. */
function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}
