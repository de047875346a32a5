const PREFIX = 'dashboard-';

/**
 * What a person chose in this browser. Never a secret: others may use the same browser.
 * @param {'theme' | 'language'} name
 * @returns {string} empty when nothing was chosen
 */
export function preference(name) {
  try {
    return localStorage.getItem(PREFIX + name) ?? '';
  } catch {
    // A browser may keep nothing.
    return '';
  }
}

/**
 * Keeps what a person chose.
 * @param {'theme' | 'language'} name
 * @param {string} value empty to forget it
 */
export function prefer(name, value) {
  try {
    if (value === '') localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // It holds until the page is closed.
  }
}
