/** A request of a tool to the REST interface. */
export interface RestRequest {
  /** The tool, for the audit log. */
  tool: string;
  method: 'GET' | 'POST';
  path: string;
  /** Sent as JSON. */
  body?: object;
  /** An `Idempotency-Key`. */
  idempotencyKey?: string | undefined;
}

/** An answer of the REST interface. */
export interface RestAnswer {
  status: number;
  /** Its JSON. */
  body: unknown;
}

/** The REST interface with the key of whoever calls the tools: it decides what they may. */
export type Rest = (request: RestRequest) => Promise<RestAnswer>;
