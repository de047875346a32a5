import { ask, serverNow } from '../api.js';
import { changed } from '../store.js';
import { errorText } from '../words/text.js';

/** How old the list may be when something on the page changes. */
const OLD_MS = 5000;

let known = nothing();

function nothing() {
  return { webhooks: undefined, isDenied: false, trouble: '', askedMs: 0, turn: 0, isAsking: false };
}

/**
 * The webhooks as they were last loaded, each with how `GET /health` says that it is doing (`trouble`).
 * @returns {{webhooks: any[] | undefined, trouble: string}} `undefined` until they are known, or when the key may not see them
 */
export function knownWebhooks() {
  return known;
}

/** Loads the list again if it is old. A key that may not see it is asked about only once. */
export function refreshWebhooks() {
  const isOld = Math.abs(serverNow() - known.askedMs) >= OLD_MS;
  if (isOld && !known.isAsking && !known.isDenied) void loadWebhooks();
}

/** Loads the list now. An answer that a later request has overtaken is ignored. */
export async function loadWebhooks() {
  const mine = known;
  const turn = mine.turn + 1;
  Object.assign(mine, { turn, askedMs: serverNow(), isAsking: true });
  const found = await find();
  if (mine.turn !== turn) return;
  Object.assign(mine, { isAsking: false, ...found });
  changed();
}

/** Forgets the list when the user signs out. */
export function forgetList() {
  known = nothing();
}

async function find() {
  try {
    const { data } = await ask('GET', '/webhooks');
    const { webhooks: states = [] } = data.length > 0 ? await ask('GET', '/health') : {};
    const troubles = new Map(states.map((each) => [each.webhookId, each]));
    return { webhooks: data.map((each) => ({ ...each, trouble: troubles.get(each.webhookId) })), trouble: '' };
  } catch (error) {
    if (error.code === 'not_permitted') return { webhooks: undefined, isDenied: true };
    return { trouble: errorText(error) };
  }
}
