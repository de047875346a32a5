import { channel, tracingChannel } from 'node:diagnostics_channel';

/** What is known of a step. Phone numbers, names and contents are never in it. */
type Attributes = Readonly<Record<string, string | number | undefined>>;

/** A step of the way of a message or a request, while it is traced. */
export interface Step {
  readonly name: string;
  readonly attributes: Attributes;
  /** `server`: somebody's request; `client`: ours to somebody. */
  readonly side?: 'server' | 'client';
  /** The `traceparent` that came with a request. */
  readonly from?: string | undefined;
  /** It goes on where a step with this key ended, such as a `webhook-id`: see {@link leaveTrace}. */
  readonly after?: string;
  /** For whoever is asked next. Set by whoever traces. */
  traceparent?: string;
}

/** A step that is over, and was only then known to be one. */
export interface PastStep extends Pick<Step, 'name' | 'attributes'> {
  /** Unix time. */
  readonly startMs: number;
  /** Under which key what follows from it comes later. */
  readonly key: string;
}

/** Something happened within the current step. */
export interface Mark {
  readonly name: string;
  /** Whether the step failed by it. */
  readonly hasFailed: boolean;
}

/** What comes later under `key` belongs to the current step or, with `after`, to what was left under that. */
export interface LeftTrace {
  readonly key: string;
  readonly after?: string;
}

/**
 * Node's own channels between what happens and whoever follows it (`tracing/`). Without a subscriber, a step costs a look at a
 * property. An operator's own tools can subscribe too.
 */
export const STEPS = tracingChannel<unknown, Step>('whatsapp-orchestrator.step');
/** Publishes {@link PastStep}s. */
export const PAST_STEPS = channel('whatsapp-orchestrator.past-step');
/** Publishes {@link Mark}s. */
export const MARKS = channel('whatsapp-orchestrator.mark');
/** Publishes {@link LeftTrace}s. */
export const LEFT_TRACES = channel('whatsapp-orchestrator.left-trace');

/** Does the work as a step of its own, within the current one. It gets the step, which says how to tell others of it. */
export function traced<Result>(step: Step, work: (step: Step) => Promise<Result>): Promise<Result> {
  if (!STEPS.start.hasSubscribers) return work(step);
  return STEPS.tracePromise(() => work(step), step);
}

/** Notes when something happened within the current step. */
export function markTrace(name: string, hasFailed = false): void {
  if (MARKS.hasSubscribers) MARKS.publish({ name, hasFailed } satisfies Mark);
}

/** See {@link LeftTrace}. */
export function leaveTrace(left: LeftTrace): void {
  if (LEFT_TRACES.hasSubscribers) LEFT_TRACES.publish(left);
}

/** Notes a step that ends now. */
export function tracedSince(step: PastStep): void {
  if (PAST_STEPS.hasSubscribers) PAST_STEPS.publish(step);
}
