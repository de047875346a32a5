import { make, setText } from '../dom.js';
import { errorText } from '../words/text.js';
import { loadWebhooks } from './list.js';

/** What no longer exists, so that the list is out of date. */
const GONE = ['webhook_not_found', 'callback_not_found', 'callback_not_repeatable'];

/**
 * Creates a button that runs `press`, one run at a time.
 * @param {() => Promise<void>} press
 * @param {(words: string, mood: string) => void} say shows what went wrong
 * @param {string} [className]
 * @returns {{element: any, name(words: string, label: string): void}} `name` sets its text, and its name for screen readers
 */
export function pressable(press, say, className = '') {
  const element = make('button', { type: 'button', className });
  element.addEventListener('click', async () => {
    if (element.ariaBusy === 'true') return;
    element.ariaBusy = 'true';
    try {
      await press();
    } catch (error) {
      say(errorText(error), 'bad');
      if (GONE.includes(error.code)) await loadWebhooks();
    }
    element.ariaBusy = null;
  });
  const name = (words, label) => {
    setText(element, words);
    element.ariaLabel = label;
  };
  return { element, name };
}
