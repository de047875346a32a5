import { $, setText, showList } from '../dom.js';
import { currentRoute } from '../route.js';
import { text } from '../words/text.js';
import { forgetList, knownDrafts, refreshDrafts } from './list.js';
import { row } from './row.js';

/** Shows, among the accounts, what waits for a person's approval; nothing while nothing does. */
export function showDrafts() {
  const { view, sessionId } = currentRoute();
  if (view !== 'accounts' || sessionId) return;
  refreshDrafts();
  const drafts = knownDrafts();
  $('drafts-card').hidden = drafts.length === 0;
  setText($('drafts-note'), text('draftsHint'));
  showList($('drafts'), drafts, ({ draftId }) => draftId, row);
}

/** Clears everything when the user signs out. */
export function forgetDrafts() {
  forgetList();
  $('drafts-card').hidden = true;
  showList($('drafts'), [], String, row);
}
