/**
 * Calls the orchestrator through the demo's server, which adds the API key.
 * @param {string} method
 * @param {string} path of the orchestrator's API
 * @param {object | FormData} [body]
 * @returns {Promise<{status: number, body: any}>} the response, whatever its status
 */
export function orchestrator(method, path, body) {
  return request(method, `/orchestrator${path}`, body);
}

/**
 * Triggers an action of the stage. Rejects with an Error whose message is for a person.
 * @param {string} name
 * @param {object} [input]
 */
export async function act(name, input = {}) {
  requireSuccess({ body: await request('POST', `/stage/${name}`, input) });
}

/**
 * Returns the body of a successful response. Throws an Error with the orchestrator's message for any other one.
 * @param {{body: any}} response
 * @returns {any} the body
 */
export function requireSuccess({ body }) {
  if (!body.success) throw new Error(body.message);
  return body;
}

async function request(method, path, body) {
  const response = await fetch(path, { method, ...(body instanceof FormData ? { body } : json(body)) });
  return response.json();
}

function json(body) {
  return { headers: { 'content-type': 'application/json' }, body: body && JSON.stringify(body) };
}
