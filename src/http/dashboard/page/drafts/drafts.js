import { $, setText, showList } from '../dom.js';
import { loadKeyNames } from '../key-names.js';
import { currentRoute } from '../route.js';
import { text } from '../words/text.js';
import { forgetList, knownDrafts, refreshDrafts } from './list.js';
import { row } from './row.js';

/** Shows, among the accounts, what waits for a person's approval, and in every view how much; nothing while nothing does. */
export function showDrafts() {
  const { view } = currentRoute();
  refreshDrafts({ isShown: view === 'accounts' });
  const drafts = knownDrafts();
  showCount(drafts.length);
  if (drafts.length > 0) void loadKeyNames();
  $('drafts-card').hidden = drafts.length === 0;
  setText($('drafts-note'), text('draftsHint'));
  showList($('drafts'), drafts, ({ draftId }) => draftId, row);
}

/** Clears everything when the user signs out. */
export function forgetDrafts() {
  forgetList();
  showCount(0);
  $('drafts-card').hidden = true;
  showList($('drafts'), [], String, row);
}

function showCount(count) {
  $('nav-drafts').hidden = count === 0;
  setText($('nav-drafts'), String(count));
  setText($('nav-drafts-words'), count > 0 ? text('draftsCount', count) : '');
}
