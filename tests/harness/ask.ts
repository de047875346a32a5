/** An answer of the REST interface. */
export interface Answer {
  status: number;

  body: any;
  headers: Headers;
}

/** What is asked beside the address. */
export interface Question {
  method: string;
  /** Sent as JSON, when there is one. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** Asks an HTTP server that answers JSON. */
export async function ask(url: string, { method, body, headers = {} }: Question): Promise<Answer> {
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(url, { method, ...init, headers: { ...type, ...headers } });
  return { status: response.status, body: await response.json(), headers: response.headers };
}
