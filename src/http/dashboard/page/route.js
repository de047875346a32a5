const VIEWS = ['deliveries', 'audit'];

/**
 * The current view, taken from the fragment of the URL, so that the back button and bookmarks work.
 * @returns {{view: string, sessionId: string | undefined}} `accounts`, `deliveries` or `audit`, and the open account
 */
export function currentRoute() {
  const [, view, sessionId] = location.hash.split('/');
  return VIEWS.includes(view)
    ? { view, sessionId: undefined }
    : { view: 'accounts', sessionId: sessionId || undefined };
}

/**
 * Navigates to an account, or to the list of accounts.
 * @param {string} [sessionId]
 */
export function goTo(sessionId = '') {
  location.hash = `#/accounts/${sessionId}`;
}
