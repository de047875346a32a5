/** Where the orchestrator is, and how it is asked. */
export interface ClientSettings {
  /** `http://localhost:3000` */
  url: string;
  /** A key of `API_KEY`, or of `POST /keys`; empty, or left out, where none is needed. */
  apiKey?: string;
  /** After how many ms a request is given up; usually a minute, which is longer than the orchestrator takes. */
  timeoutMs?: number;
  /** Reads the JSON of an answer; `JSON.parse`, unless something is to be done to it. */
  parse?: (json: string) => unknown;
}

/** What can be said with any request. */
export interface CallOptions {
  headers?: Record<string, string>;
  /** Gives the request up, also while its answer is read. */
  signal?: AbortSignal;
}

/** What can be said with a request that must not be done twice. */
export interface RepeatableOptions extends CallOptions {
  /** With the same key a request that is repeated does nothing again, and gets the first answer. */
  idempotencyKey?: string;
}

/** What the orchestrator refused. `message` is a sentence for a person. */
export class OrchestratorError extends Error {
  override readonly name = 'OrchestratorError';
  readonly status: number;
  /** The stable code of docs/errors.md; `unknown` when the answer was not the orchestrator's. */
  readonly code: string;
  /** After how many seconds another try can succeed, where that is known. */
  readonly retryAfterSeconds: number | undefined;

  constructor({ status, headers }: Response, text: string) {
    const { error = 'unknown', message = `The answer was ${status}.` } = refusalIn(text);
    super(message);
    this.status = status;
    this.code = error;
    this.retryAfterSeconds = Number(headers.get('retry-after')) || undefined;
  }
}

/** What goes along with a request. */
interface Sent {
  body?: object;
  query?: Record<string, string | number | undefined>;
  options: RepeatableOptions;
}

const TIMEOUT_MS = 60_000;

/** Makes requests of the orchestrator, and reads what it answers. */
export class Requests {
  readonly #settings: ClientSettings;

  constructor(settings: ClientSettings) {
    this.#settings = settings;
  }

  /** The JSON of an answer. What form it has is the orchestrator's promise; its tests hold every answer to it. */
  async json<Answer>(method: string, path: string, sent: Sent): Promise<Answer> {
    const { parse = JSON.parse } = this.#settings;
    return parse(await this.text(method, path, sent)) as Answer;
  }

  /** The text of an answer. */
  text(method: string, path: string, sent: Sent): Promise<string> {
    return this.#ask(method, path, sent, (response) => response.text());
  }

  /** An answer whose body is still to be read, and may take as long as it needs. */
  raw(method: string, path: string, sent: Sent): Promise<Response> {
    return this.#ask(method, path, sent, (response) => response);
  }

  /** @throws OrchestratorError when it is a refusal */
  async #ask<Answer>(
    method: string,
    path: string,
    { body, query = {}, options }: Sent,
    read: (response: Response) => Answer | Promise<Answer>,
  ): Promise<Answer> {
    const { timeoutMs = TIMEOUT_MS } = this.#settings;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(new Error(`No answer in ${timeoutMs} ms`)), timeoutMs);
    try {
      const response = await fetch(this.#address(path, query), {
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

  #address(path: string, query: NonNullable<Sent['query']>): URL {
    const address = new URL(`${this.#settings.url.replace(/\/+$/, '')}${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) address.searchParams.set(name, String(value));
    }
    return address;
  }

  #headers(body: object | undefined, { idempotencyKey, headers }: RepeatableOptions): Record<string, string> {
    const { apiKey = '' } = this.#settings;
    return {
      ...(apiKey !== '' && { authorization: `Bearer ${apiKey}` }),
      // A form says its own type.
      ...(body && !(body instanceof FormData) && { 'content-type': 'application/json' }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      ...headers,
    };
  }
}

/** What a refusal says; nothing when it is a page of a proxy between us. */
function refusalIn(text: string): { error?: string; message?: string } {
  try {
    return JSON.parse(text) as { error?: string; message?: string };
  } catch {
    return {};
  }
}
