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

/** The orchestrator over HTTP, as any frontend or backend calls it. */
export class OrchestratorApi {
  readonly #baseUrl: string;
  readonly #apiKey: string;

  constructor(baseUrl: string, apiKey: string) {
    this.#baseUrl = baseUrl;
    this.#apiKey = apiKey;
  }

  /** Sends one request, with the key in a header; rejects when nobody answers. */
  fetch(method: string, path: string, body?: string): Promise<Response> {
    return fetch(this.#baseUrl + path, {
      method,
      headers: { authorization: `Bearer ${this.#apiKey}`, 'content-type': 'application/json' },
      body: body ?? null,
    });
  }

  /** Asks, and reads the answer whatever its status is. */
  async ask(method: string, path: string, body?: object): Promise<{ status: number; answer: Answer }> {
    const response = await this.fetch(method, path, body && JSON.stringify(body));
    return { status: response.status, answer: (await response.json()) as Answer };
  }

  /** Asks, and rejects with the orchestrator's own sentence unless it succeeded. */
  async call(method: string, path: string, body?: object): Promise<Answer> {
    const { status, answer } = await this.ask(method, path, body);
    if (answer.success) return answer;
    throw new Error(`${method} ${path} was answered with ${status} ${answer.error}: ${answer.message}`);
  }
}
