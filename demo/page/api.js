/**
 * Asks the orchestrator, through the demo's server, which adds the key.
 * @param {string} method
 * @param {string} path of the orchestrator's API
 * @param {object | FormData} [body]
 * @returns {Promise<{status: number, answer: any}>} whatever it answers
 */
export function orchestrator(method, path, body) {
  return ask(method, `/orchestrator${path}`, body);
}

/**
 * Presses a button of the stage. Rejects with a sentence.
 * @param {string} name
 * @param {object} [input]
 */
export async function act(name, input = {}) {
  sentenceUnlessGood({ answer: await ask('POST', `/stage/${name}`, input) });
}

/**
 * The answer of the orchestrator when it succeeded; rejects with its own sentence when not.
 * @param {{answer: any}} outcome
 * @returns {any} the answer
 */
export function sentenceUnlessGood({ answer }) {
  if (!answer.success) throw new Error(answer.message);
  return answer;
}

async function ask(method, path, body) {
  const response = await fetch(path, { method, ...(body instanceof FormData ? { body } : json(body)) });
  return response.json();
}

function json(body) {
  return { headers: { 'content-type': 'application/json' }, body: body && JSON.stringify(body) };
}
