/** Where traces go. */
export interface TraceSettings {
  /** `OTEL_EXPORTER_OTLP_ENDPOINT`: the base URL of a collector that understands OTLP over HTTP, without a slash at its end. */
  url: string;
  /** `OTEL_SERVICE_NAME`. */
  serviceName: string;
}
