import { ask } from '../api.js';
import { $, notice, setText } from '../dom.js';
import { currentRoute } from '../route.js';
import { changed, state } from '../store.js';
import { errorText, text } from '../words/text.js';

const SCOPE = 'sessions:create';

/** The account whose name and labels are in the fields. */
let shownOf = '';

/**
 * Shows the name and the labels of an account, and fills in the fields when another account is opened.
 * @param {any} session
 */
export function showProfile({ session_id: id, name, labels, proxy }) {
  setText($('fact-labels'), labels.join(', ') || text('noLabels'));
  $('fact-proxy-row').hidden = !proxy;
  setText($('fact-proxy'), proxy ?? '');
  if (shownOf === id) return;
  shownOf = id;
  $('profile').open = false;
  fill({ name, labels });
}

/** Wires the form. */
export function wireProfile() {
  $('profile-form').addEventListener('reset', () => (shownOf = ''));
  $('profile-form').addEventListener('submit', async (event) => {
    event.preventDefault();
    const { sessionId } = currentRoute();
    try {
      const { data } = await ask('PATCH', `/sessions/${sessionId}`, fields());
      state.sessions.set(sessionId, data);
      $('profile').open = false;
      fill(data);
      changed();
      notice(text('profileSaved'));
    } catch (error) {
      notice(errorText(error, SCOPE));
    }
  });
}

function fill({ name, labels }) {
  $('profile-name').value = name ?? '';
  $('profile-labels').value = labels.join(', ');
}

function fields() {
  const labels = $('profile-labels')
    .value.split(',')
    .map((label) => label.trim())
    .filter((label) => label !== '');
  return { name: $('profile-name').value.trim(), labels: [...new Set(labels)] };
}
