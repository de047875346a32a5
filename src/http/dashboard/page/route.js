/** The views besides the accounts. */
const OTHER_VIEWS = ['deliveries', 'audit', 'keys', 'settings'];

/** The names of all views. */
export const VIEWS = ['accounts', ...OTHER_VIEWS];

/**
 * The current view, taken from the fragment of the URL, so that the back button and bookmarks work.
 * @returns {{view: string, sessionId: string | undefined, chatId: string | undefined, query: URLSearchParams}} the view, the open
 *   account and its conversation, and what is asked of the view
 */
export function currentRoute() {
  const [path, search] = location.hash.split('?');
  const [, view, sessionId, part, chat] = path.split('/');
  const query = new URLSearchParams(search);
  return OTHER_VIEWS.includes(view)
    ? { view, sessionId: undefined, chatId: undefined, query }
    : {
        view: 'accounts',
        sessionId: sessionId || undefined,
        chatId: part === 'chats' ? plain(chat) : undefined,
        query,
      };
}

/** A part of the URL as it was before it was encoded; whoever types it may have encoded it wrongly. */
function plain(part) {
  try {
    return decodeURIComponent(part ?? '') || undefined;
  } catch {
    return undefined;
  }
}

/**
 * Navigates to an account, or to the list of accounts.
 * @param {string} [sessionId]
 */
export function goTo(sessionId = '') {
  location.hash = `#/accounts/${sessionId}`;
}

/**
 * Asks something else of the current view; the back button returns to what was asked before.
 * @param {URLSearchParams} query
 */
export function askOfView(query) {
  const { view } = currentRoute();
  location.hash = query.size > 0 ? `#/${view}?${query}` : `#/${view}`;
}
