/** A session, as far as the demo looks at it. */
interface SessionAnswer {
  readonly session_id: string;
  readonly phone_number: string | null;
  readonly status: string;
  readonly reconnecting: boolean;
}

/** An answer of the orchestrator: what was asked for, or an error with its sentence. */
export interface Answer {
  readonly success: boolean;
  readonly error?: string;
  readonly message?: string;
  readonly sessionId?: string;
  readonly qr?: string;
  readonly qrText?: string;
  readonly messageId?: string;
  readonly status?: string;
  readonly to?: string;
  readonly data?: SessionAnswer;
}

/** What goes with a request. */
export interface Sent {
  readonly body?: string | ArrayBuffer | FormData | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The orchestrator over HTTP, as any frontend or backend calls it. */
export class OrchestratorApi {
  readonly #baseUrl: string;
  readonly #apiKey: string;

  constructor(baseUrl: string, apiKey: string) {
    this.#baseUrl = baseUrl;
    this.#apiKey = apiKey;
  }

  /** Sends one request, with the key in a header; rejects when nobody answers. */
  fetch(method: string, path: string, { body = null, headers = {} }: Sent = {}): Promise<Response> {
    const authorization = `Bearer ${this.#apiKey}`;
    return fetch(this.#baseUrl + path, { method, headers: { ...headers, authorization }, body });
  }

  /** Asks, and reads the answer whatever its status is. A form is sent as such, everything else as JSON. */
  async ask(method: string, path: string, body?: object): Promise<{ status: number; answer: Answer }> {
    const response = await this.fetch(method, path, body && sent(body));
    return { status: response.status, answer: (await response.json()) as Answer };
  }

  /** Asks, and rejects with the orchestrator's own sentence unless it succeeded. */
  async call(method: string, path: string, body?: object): Promise<Answer> {
    const { status, answer } = await this.ask(method, path, body);
    if (answer.success) return answer;
    throw new Error(`${method} ${path} was answered with ${status} ${answer.error}: ${answer.message}`);
  }

  /** The bytes of a file. Rejects with the orchestrator's own sentence when it gives none. */
  async file(path: string): Promise<Buffer> {
    const response = await this.fetch('GET', path);
    if (response.ok) return Buffer.from(await response.arrayBuffer());
    throw new Error(`GET ${path} was answered with ${response.status}: ${await response.text()}`);
  }
}

function sent(body: object): Sent {
  if (body instanceof FormData) return { body };
  return { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}
