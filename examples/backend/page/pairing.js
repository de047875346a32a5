import { ask } from './backend.js';

const POLL_INTERVAL_MS = 1_000;

/**
 * Links an account: a token, a QR, the QR that WhatsApp has renewed, and the number. The page asks the orchestrator itself, with a
 * token for this one session; the API key stays in the backend.
 * @param {(now: object) => void} show is called with each answer: `sessionId`, the `qr` while there is one, the session as `data`
 *   when it is known, and `message` where `success` is false
 * @param {string} [known] the id of a session that waits for its scan, to go on with after a reload
 * @returns {Promise<void>} resolves when the account is connected, or cannot be any more
 */
export async function pair(show, known) {
  const { token, orchestratorUrl } = await ask('tokens', { sessionId: known });
  const headers = { Authorization: `Bearer ${token}` };
  const get = async (path) => (await fetch(`${orchestratorUrl}${path}`, { headers })).json();

  let now = known ? { success: true, sessionId: known } : await get('/generate-qr');
  const { sessionId } = now;
  // The session says last whether there is anything to wait for: without a QR it logs in.
  const next = async () => ({
    ...(await get(`/sessions/${sessionId}/qr`)),
    ...(await get(`/sessions/${sessionId}`)),
    sessionId,
  });
  for (show(now); now.success && now.data?.status !== 'connected'; show(now)) {
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
    // What cannot be reached is asked again.
    now = await next().catch(() => now);
  }
}
