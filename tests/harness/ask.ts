/** A JSON answer. */
export interface Answer {
  status: number;

  body: any;
  headers: Headers;
}

/** A request, without its URL. */
export interface Question {
  method: string;
  /** Sent as JSON, if present. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** Sends a request to an HTTP server that answers JSON. */
export async function ask(url: string, { method, body, headers = {} }: Question): Promise<Answer> {
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(url, { method, ...init, headers: { ...type, ...headers } });
  return { status: response.status, body: await response.json(), headers: response.headers };
}
