import { $, make, setText, showList } from '../dom.js';
import { prefer, preference } from '../preferences.js';
import { text } from '../words/text.js';

const THEMES = ['', 'light', 'dark'];
/** Each language in its own words; whoever looks for theirs may not read the current one. */
const LANGUAGES = { en: 'English', es: 'Español' };

/** Shows what this browser looks like. */
export function showOwn() {
  showOptions(
    'theme',
    THEMES.map((value) => ({ value, words: text(`theme_${value || 'system'}`) })),
  );
  const languages = Object.entries(LANGUAGES).map(([value, words]) => ({ value, words }));
  showOptions('language', [{ value: '', words: text('languageOfBrowser') }, ...languages]);
}

/**
 * Wires the two choices.
 * @param {() => void} onLanguage called when another language was chosen
 */
export function wireOwn(onLanguage) {
  $('theme').addEventListener('change', () => {
    const { value } = $('theme');
    prefer('theme', value);
    if (value === '') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = value;
  });
  $('language').addEventListener('change', () => {
    prefer('language', $('language').value);
    onLanguage();
  });
}

function showOptions(id, options) {
  const isNew = $(id).options.length === 0;
  showList($(id), options, ({ value }) => value, option);
  if (isNew) $(id).value = options.some(({ value }) => value === preference(id)) ? preference(id) : '';
}

function option({ value }) {
  const element = make('option', { value });
  return { element, update: ({ words }) => setText(element, words) };
}
