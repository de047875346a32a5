import { make } from './dom.js';
import { text } from './texts.js';

/**
 * A file in a message: a picture that opens in a page of its own, something to listen to, or a link to anything else.
 * @param {string} kind as WhatsApp calls it
 * @param {string} url where the file is
 * @param {string} who sent it
 * @returns {HTMLElement} it
 */
export function file(kind, url, who) {
  const link = (...children) => make('a', { href: url, target: '_blank', rel: 'noopener' }, ...children);
  const label = `${text(kind)}: ${who}`;
  if (kind === 'image') return link(make('img', { src: url, alt: label, width: 480, height: 360 }));
  if (kind !== 'voice' && kind !== 'audio') return link(text('openFile'));
  const controlsList = 'nodownload noplaybackrate';
  return make('audio', { src: url, controls: true, controlsList, preload: 'metadata', ariaLabel: label });
}
