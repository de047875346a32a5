import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { TraceSettings } from '../tracing/settings.ts';
import { VERSION } from '../version.ts';

/** Follows messages and requests, where the operator has a collector for it: OpenTelemetry is loaded only then. */
export async function followSteps(
  settings: TraceSettings | null,
  { clock, log }: { clock: Clock; log: Logger },
): Promise<AsyncDisposable> {
  if (!settings) return { [Symbol.asyncDispose]: () => Promise.resolve() };
  const { Traces } = await import('../tracing/traces.ts');
  return new Traces(settings, { version: VERSION, clock, log: log.child({ part: 'traces' }) });
}
