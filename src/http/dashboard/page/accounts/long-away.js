/** How long an account reconnects in vain until a person should look; notifications have the same time (`domain/attention.ts`). */
const LONG_AWAY_MS = 300000;

/**
 * Whether a session that reconnects has done so in vain for long.
 * @param {{error_message: string | null, last_seen: string | null, updated_at: string}} session
 * @param {number} nowMs the server's time
 * @returns {boolean}
 */
export function isLongAway({ error_message: why, last_seen: lastSeen, updated_at: updatedAt }, nowMs) {
  // One that was just started has not failed yet, however long ago it was last seen.
  return why !== null && nowMs - Date.parse(lastSeen ?? updatedAt) >= LONG_AWAY_MS;
}
