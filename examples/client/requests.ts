/** The settings of a client. */
export interface ClientSettings {
  /** The base URL: `http://localhost:3000`. */
  url: string;
  /** A key from `API_KEY`, or from `POST /keys`; empty or absent if the orchestrator requires none. */
  apiKey?: string;
  /** The timeout of a request. The default, one minute, is longer than the orchestrator takes. */
  timeoutMs?: number;
  /** Parses the JSON of a response; default: `JSON.parse`. */
  parse?: (json: string) => unknown;
}

/** The options of any request. */
export interface CallOptions {
  headers?: Record<string, string>;
  /** Aborts the request, even while the response is being read. */
  signal?: AbortSignal;
}

/** The options of a request that must not take effect twice. */
export interface RepeatableOptions extends CallOptions {
  /** A repeated request with the same key returns the first response and has no further effect. */
  idempotencyKey?: string;
}

/** An error response of the orchestrator. `message` is a sentence for people. */
export class OrchestratorError extends Error {
  override readonly name = 'OrchestratorError';
  readonly status: number;
  /** The stable code of docs/errors.md; `unknown` if the response is not from the orchestrator. */
  readonly code: string;
  /** The field or parameter that is wrong, such as `contacts[0].phone`, if it is one. */
  readonly field: string | undefined;
  /** The number of seconds after which a retry can succeed, if known. */
  readonly retryAfterSeconds: number | undefined;

  constructor({ status, headers }: Response, text: string) {
    const { error = 'unknown', message = `The server responded with status ${status}.`, field } = parseError(text);
    super(message);
    this.status = status;
    this.code = error;
    this.field = field;
    this.retryAfterSeconds = Number(headers.get('retry-after')) || undefined;
  }
}

/** The variable parts of a request. */
interface RequestOptions {
  body?: object;
  query?: Record<string, string | number | undefined>;
  options: RepeatableOptions;
}

const TIMEOUT_MS = 60_000;

/** Sends requests to the orchestrator and reads its responses. */
export class Requests {
  readonly #settings: ClientSettings;

  constructor(settings: ClientSettings) {
    this.#settings = settings;
  }

  /** Resolves with the parsed JSON. It is not validated here: the tests of the orchestrator validate every response. */
  async json<Body>(method: string, path: string, request: RequestOptions): Promise<Body> {
    const { parse = JSON.parse } = this.#settings;
    return parse(await this.text(method, path, request)) as Body;
  }

  /** Resolves with the body as text. */
  text(method: string, path: string, request: RequestOptions): Promise<string> {
    return this.#send(method, path, request, (response) => response.text());
  }

  /** Resolves with the response, whose body the caller reads. The timeout does not apply to the body. */
  raw(method: string, path: string, request: RequestOptions): Promise<Response> {
    return this.#send(method, path, request, (response) => response);
  }

  /** @throws OrchestratorError for an error response */
  async #send<Result>(
    method: string,
    path: string,
    { body, query = {}, options }: RequestOptions,
    read: (response: Response) => Result | Promise<Result>,
  ): Promise<Result> {
    const { timeoutMs = TIMEOUT_MS } = this.#settings;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(new Error(`No response within ${timeoutMs} ms.`)), timeoutMs);
    try {
      const response = await fetch(this.#urlOf(path, query), {
        method,
        headers: this.#headers(body, options),
        signal: AbortSignal.any([deadline.signal, ...(options.signal ? [options.signal] : [])]),
        ...(body && { body: body instanceof FormData ? body : JSON.stringify(body) }),
      });
      if (!response.ok) throw new OrchestratorError(response, await response.text());
      return await read(response);
    } finally {
      clearTimeout(timer);
    }
  }

  #urlOf(path: string, query: NonNullable<RequestOptions['query']>): URL {
    const url = new URL(`${this.#settings.url.replace(/\/+$/, '')}${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return url;
  }

  #headers(body: object | undefined, { idempotencyKey, headers }: RepeatableOptions): Record<string, string> {
    const { apiKey = '' } = this.#settings;
    return {
      ...(apiKey !== '' && { authorization: `Bearer ${apiKey}` }),
      // fetch sets the content type of a form.
      ...(body && !(body instanceof FormData) && { 'content-type': 'application/json' }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      ...headers,
    };
  }
}

/** Parses an error response; empty for anything else, such as the error page of a proxy. */
function parseError(text: string): { error?: string; message?: string; field?: string } {
  try {
    return JSON.parse(text) as { error?: string; message?: string; field?: string };
  } catch {
    return {};
  }
}
