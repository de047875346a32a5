import type { TraceSettings } from '../tracing/settings.ts';
import type { EnvironmentReader } from './environment.ts';

/** Reads where traces go; `null` for nowhere. */
export function readTracing(read: EnvironmentReader): TraceSettings | null {
  const url = read.url('OTEL_EXPORTER_OTLP_ENDPOINT', ['http:', 'https:']);
  const serviceName = read.text('OTEL_SERVICE_NAME') ?? 'whatsapp-orchestrator';
  return url === undefined ? null : { url: url.replace(/\/+$/, ''), serviceName };
}
