import { type OrchestratorEvent, parseForPostgres } from './events.ts';

/** What the orchestrator answers; `message` says to a person why not. */
interface Answer {
  success: boolean;
  message?: string;
}

/** An answer with its HTTP status. */
export interface Answered<Body> {
  status: number;
  body: Body & Answer;
}

/** A page of `GET /events`. */
export interface EventPage {
  data: OrchestratorEvent[];
  nextCursor: number;
}

/** Longer than the orchestrator takes: 30 s for a QR, and 40 s for a message that waits for its turn. */
const TIMEOUT_MS = 60_000;

/** The requests that we make of the orchestrator. Each rejects when it cannot be reached. */
export class Orchestrator {
  readonly #url: string;
  readonly #headers: Record<string, string>;

  constructor(url: string, apiKey: string) {
    this.#url = url;
    this.#headers = apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` };
  }

  /** A new session and its first QR. */
  generateQr(): Promise<Answered<object>> {
    return this.#ask('/generate-qr');
  }

  /** Sends a text. A request that is repeated with the same `key` sends nothing again, and has the first answer. */
  sendMessage(
    sessionId: string,
    message: { number: string; message: string },
    key?: string,
  ): Promise<Answered<{ messageId?: string }>> {
    return this.#ask(`/sessions/${encodeURIComponent(sessionId)}/send-message`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key !== undefined && { 'idempotency-key': key }) },
      body: JSON.stringify(message),
    });
  }

  /** What happened after `cursor`, in order. */
  events(cursor: number): Promise<Answered<EventPage>> {
    return this.#ask(`/events?after=${cursor}&limit=100`);
  }

  /** The file behind `media_info.url`, or the part of it that `range` names, as it comes. */
  media(path: string, range: string | undefined): Promise<Response> {
    return fetch(`${this.#url}${path}`, { headers: { ...this.#headers, ...(range !== undefined && { range }) } });
  }

  async #ask<Body>(path: string, init: RequestInit = {}): Promise<Answered<Body>> {
    const headers = { ...this.#headers, ...(init.headers as Record<string, string> | undefined) };
    const response = await fetch(`${this.#url}${path}`, {
      ...init,
      headers,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, body: parseForPostgres(await response.text()) as Body & Answer };
  }
}
