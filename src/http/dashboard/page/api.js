/** The only place that holds the key: reloading the page forgets it. */
let key;
/** How far the server's clock is ahead of the browser's, in ms. */
let aheadMs = 0;
/** The `Date` header has whole seconds, so it is off by up to this much either way. */
const HALF_SECOND_MS = 500;

/** A request that the server refused, or that did not reach it (`unreachable`). */
class Refusal extends Error {
  /**
   * @param {string} a stable code from docs/errors.md
   * @param {string} message the server's sentence
   * @param {string} [field] the field of the request that is wrong
   */
  constructor(code, message, field) {
    super(message);
    this.code = code;
    this.field = field;
  }
}

/**
 * Sets the key for all further requests.
 * @param {string | undefined} next `undefined` for none
 */
export function useKey(next) {
  key = next;
}

/** Whether requests carry a key. */
export function hasKey() {
  return key !== undefined;
}

/**
 * Sends a request to the orchestrator.
 * @param {string} method
 * @param {string} path of the REST API, from its root
 * @param {object} [body]
 * @param {Record<string, string>} [headers]
 * @returns {Promise<any>} the body of the response; rejects with a Refusal
 */
export async function ask(method, path, body, headers = {}) {
  const json = body && { 'content-type': 'application/json' };
  const response = await request(path, {
    method,
    body: body && JSON.stringify(body),
    headers: { ...json, ...headers },
  });
  const answer = await response.json().catch(() => undefined);
  // An unhealthy server also answers with its health.
  if (!response.ok && path !== '/health') throw refusal(answer);
  return answer;
}

/**
 * Opens a stream of server-sent events.
 * @param {string} path
 * @param {AbortSignal} signal closes it
 * @returns {Promise<ReadableStream>} its body; rejects with a Refusal
 */
export async function open(path, signal) {
  const response = await request(path, { headers: { accept: 'text/event-stream' }, signal });
  if (!response.ok) throw refusal(await response.json().catch(() => undefined));
  return response.body;
}

/**
 * Downloads a file.
 * @param {string} path
 * @returns {Promise<Blob>} all of it; rejects with a Refusal, also when it breaks off
 */
export async function download(path) {
  const response = await request(path, { headers: {} });
  if (!response.ok) throw refusal(await response.json().catch(() => undefined));
  return response.blob().catch((error) => {
    throw new Refusal('unreachable', error.message);
  });
}

/** The server's time in Unix ms: codes expire by its clock. */
export function serverNow() {
  return new Date().getTime() + aheadMs;
}

async function request(path, init) {
  // Relative to the page, so that it works behind any prefix of a proxy.
  const response = await fetch(`..${path}`, {
    ...init,
    cache: 'no-store',
    headers: { ...init.headers, ...(key && { authorization: `Bearer ${key}` }) },
  }).catch((error) => {
    throw new Refusal('unreachable', error.message);
  });
  const date = Date.parse(response.headers.get('date') ?? '');
  if (!Number.isNaN(date)) aheadMs = date + HALF_SECOND_MS - new Date().getTime();
  return response;
}

function refusal(answer) {
  return new Refusal(answer?.error ?? 'unreachable', answer?.message ?? '', answer?.field);
}
