/**
 * Where the page is, from the part behind `#`: so the back button of a phone goes back, and a page can be a bookmark.
 * @returns {{view: string, sessionId: string | undefined}} `accounts` or `deliveries`, and the account that is open
 */
export function place() {
  const [, view, sessionId] = location.hash.split('/');
  return view === 'deliveries'
    ? { view, sessionId: undefined }
    : { view: 'accounts', sessionId: sessionId || undefined };
}

/**
 * Goes to the accounts, or to one of them.
 * @param {string} [sessionId]
 */
export function goTo(sessionId = '') {
  location.hash = `#/accounts/${sessionId}`;
}
