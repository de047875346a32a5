/** The key is here and nowhere else: a page that is loaded again asks for it again. */
let key;
/** How far the server's clock is ahead of this one, in ms. */
let aheadMs = 0;
/** The header tells whole seconds; so it is wrong by as much as this, either way. */
const HALF_SECOND_MS = 500;

/** What the server refused, or that it could not be reached (`unreachable`). */
class Refusal extends Error {
  /**
   * @param {string} code stable, as docs/errors.md has it
   * @param {string} message the server's sentence
   */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/**
 * Uses this key from here on.
 * @param {string | undefined} next `undefined` for none
 */
export function useKey(next) {
  key = next;
}

/** Whether a key is used. */
export function hasKey() {
  return key !== undefined;
}

/**
 * Asks the orchestrator.
 * @param {string} method
 * @param {string} path of the REST interface, from the root
 * @param {object} [body]
 * @param {Record<string, string>} [headers]
 * @returns {Promise<any>} the answer; rejects with a Refusal
 */
export async function ask(method, path, body, headers = {}) {
  const json = body && { 'content-type': 'application/json' };
  const response = await request(path, {
    method,
    body: body && JSON.stringify(body),
    headers: { ...json, ...headers },
  });
  const answer = await response.json().catch(() => undefined);
  // The health of a server that is not well is an answer too.
  if (!response.ok && path !== '/health') throw refusal(answer);
  return answer;
}

/**
 * Opens a stream.
 * @param {string} path
 * @param {AbortSignal} signal ends it
 * @returns {Promise<ReadableStream>} what comes; rejects with a Refusal
 */
export async function open(path, signal) {
  const response = await request(path, { headers: { accept: 'text/event-stream' }, signal });
  if (!response.ok) throw refusal(await response.json().catch(() => undefined));
  return response.body;
}

/** What time it is for the server, in Unix ms: its codes end by its clock. */
export function serverNow() {
  return new Date().getTime() + aheadMs;
}

async function request(path, init) {
  // Relative, so that it works behind any prefix of a proxy.
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
  return new Refusal(answer?.error ?? 'unreachable', answer?.message ?? '');
}
