import { addCopyButtons } from './copy.js';
import { addTrials } from './trial.js';

const search = document.querySelector('#search');
const tools = document.querySelector('#tools');
const found = document.querySelector('#found');
const entries = [...document.querySelectorAll('nav li')].map((item) => ({
  item,
  words: item.textContent.toLowerCase(),
}));

/** Shows the entries that have every word, and their groups. */
function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const { item, words: own } of entries) {
    item.hidden = !words.every((word) => own.includes(word));
    if (!item.hidden) shown += 1;
  }
  for (const group of document.querySelectorAll('nav .group')) {
    group.hidden = group.querySelector('li:not([hidden])') === null;
  }
  found.textContent = words.length === 0 ? '' : `${shown} found`;
}

function isTyping({ target }) {
  return target.closest('input, textarea, select') !== null;
}

document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  event.preventDefault();
  search.closest('details').open = true;
  search.focus();
  search.select();
});
search.addEventListener('input', filter);
search.addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') {
    search.value = '';
    filter();
  }
  if (key === 'Enter')
    entries
      .find(({ item }) => !item.hidden)
      ?.item.querySelector('a')
      .click();
});
tools.hidden = false;
document.querySelector('#key-field').hidden = false;
addCopyButtons();
addTrials();
