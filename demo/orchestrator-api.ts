/** The fields of a session that the demo uses. */
interface SessionView {
  readonly session_id: string;
  readonly phone_number: string | null;
  readonly status: string;
  readonly reconnecting: boolean;
}

/** The body of a response: a result, or an error code with its message. */
export interface ApiBody {
  readonly success: boolean;
  readonly error?: string;
  readonly message?: string;
  readonly sessionId?: string;
  readonly qr?: string;
  readonly qrText?: string;
  readonly messageId?: string;
  readonly status?: string;
  readonly to?: string;
  readonly data?: SessionView;
}

/** The body and headers of a request. */
export interface RequestOptions {
  readonly body?: string | ArrayBuffer | FormData | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The orchestrator's REST interface, called over HTTP like any frontend or backend would. */
export class OrchestratorApi {
  #baseUrls: readonly string[];
  readonly #apiKey: string;

  /** @param baseUrls of the process, or of each node: any of them answers */
  constructor(baseUrls: readonly string[], apiKey: string) {
    this.#baseUrls = baseUrls;
    this.#apiKey = apiKey;
  }

  /** Sends a request with the API key. Rejects only when the orchestrator does not respond. */
  async fetch(method: string, path: string, { body = null, headers = {} }: RequestOptions = {}): Promise<Response> {
    const authorization = `Bearer ${this.#apiKey}`;
    const [first = '', ...others] = this.#baseUrls;
    // In turn, as a load balancer would.
    this.#baseUrls = [...others, first];
    for (const url of others) {
      const answer = await fetch(url + path, { method, headers: { ...headers, authorization }, body }).catch(
        unlessRefused,
      );
      if (answer) return answer;
    }
    return fetch(first + path, { method, headers: { ...headers, authorization }, body });
  }

  /** Sends a request and parses the response, whatever its status. `FormData` is sent as a form, anything else as JSON. */
  async request(method: string, path: string, body?: object): Promise<{ status: number; body: ApiBody }> {
    const response = await this.fetch(method, path, body && encode(body));
    return { status: response.status, body: (await response.json()) as ApiBody };
  }

  /** Sends a request and resolves with the body. Rejects with the orchestrator's own message unless it succeeded. */
  async call(method: string, path: string, body?: object): Promise<ApiBody> {
    const response = await this.request(method, path, body);
    if (response.body.success) return response.body;
    throw new Error(`${method} ${path} returned ${response.status} ${response.body.error}: ${response.body.message}`);
  }

  /** Downloads a file. Rejects with the body of the response unless it succeeded. */
  async download(path: string): Promise<Buffer> {
    const response = await this.fetch('GET', path);
    if (response.ok) return Buffer.from(await response.arrayBuffer());
    throw new Error(`GET ${path} returned ${response.status}: ${await response.text()}`);
  }
}

/** Another node may answer when this one does not run: it got nothing. */
function unlessRefused(error: unknown): undefined {
  const { cause } = error as { cause?: { code?: string } };
  if (cause?.code !== 'ECONNREFUSED') throw error;
}

function encode(body: object): RequestOptions {
  if (body instanceof FormData) return { body };
  return { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}
