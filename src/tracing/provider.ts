import { setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Clock } from '../kit/clock.ts';
import { describeFailure } from '../kit/failure.ts';
import type { Logger } from '../kit/logger.ts';
import type { TraceSettings } from './settings.ts';

/** The dependencies of {@link createProvider}. */
export interface ProviderDeps {
  /** The version of this product. */
  version: string;
  clock: Clock;
  log: Logger;
}

/** A collector that is away is in the log this often. */
const COMPLAINT_MS = 60_000;

/**
 * What makes spans and exports them in the background. Sampling, batches and headers are set by OpenTelemetry's own variables
 * (`OTEL_TRACES_SAMPLER`, `OTEL_BSP_…`, `OTEL_EXPORTER_OTLP_HEADERS`), which its library reads.
 */
export function createProvider({ url, serviceName }: TraceSettings, deps: ProviderDeps): BasicTracerProvider {
  setGlobalErrorHandler(complaintsOf(deps));
  const resource = resourceFromAttributes({ 'service.name': serviceName, 'service.version': deps.version });
  const exporter = new OTLPTraceExporter({ url: `${url}/v1/traces` });
  return new BasicTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(exporter)] });
}

function complaintsOf({ clock, log }: ProviderDeps): (failure: unknown) => void {
  let complainedAtMs = -Infinity;
  return (failure) => {
    if (clock.monotonic() - complainedAtMs < COMPLAINT_MS) return;
    complainedAtMs = clock.monotonic();
    log.warn({ failure: describeFailure(failure) }, 'traces could not be exported: they are dropped');
  };
}
