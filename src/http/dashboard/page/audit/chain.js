import { ask } from '../api.js';
import { $, setText } from '../dom.js';
import { changed } from '../store.js';
import { errorText, text } from '../words/text.js';

let known = nothing();

function nothing() {
  return { chains: undefined, isChecking: false, trouble: '' };
}

/** Shows whether the log holds. */
export function showChain() {
  const [words, mood] = verdict(known);
  setText($('audit-chain'), words);
  $('audit-chain').dataset.mood = mood;
  $('audit-verify').ariaBusy = known.isChecking ? 'true' : null;
}

/** Has the server read the whole log; `again` also when it has done so before. */
export async function checkChain({ again = false } = {}) {
  const mine = known;
  if (mine.isChecking || (mine.chains && !again)) return;
  Object.assign(mine, { isChecking: true, trouble: '' });
  changed();
  try {
    mine.chains = (await ask('GET', '/audit/verify')).chains;
  } catch (error) {
    mine.trouble = errorText(error);
  }
  mine.isChecking = false;
  changed();
}

/** Forgets the verdict when the user signs out. */
export function forgetChain() {
  known = nothing();
}

function verdict({ chains, isChecking, trouble }) {
  if (isChecking) return [text('auditChecking'), ''];
  if (trouble) return [trouble, 'bad'];
  if (!chains) return ['', ''];
  const broken = chains.filter(({ brokenAt }) => brokenAt !== null);
  if (broken.length > 0)
    return [broken.map(({ node, brokenAt }) => text('auditBroken', brokenAt, node)).join(' '), 'bad'];
  const count = chains.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  return [text('auditIntact', count), 'good'];
}
