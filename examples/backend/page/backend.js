/**
 * Asks our backend.
 * @param {string} path below /api/whatsapp/
 * @param {object} [body] for a POST
 * @returns {Promise<any>} its answer
 * @throws Error with the backend's `message`, and its `code` if it has one
 */
export async function ask(path, body) {
  const post = body && {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const response = await fetch(`/api/whatsapp/${path}`, post);
  const { success, error: code, message, ...data } = await response.json();
  if (!success) throw Object.assign(new Error(message), { code });
  return data;
}
