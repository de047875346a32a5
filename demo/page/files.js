import { make } from './dom.js';
import { text } from './texts.js';

/**
 * Creates the element for a file: a picture that opens in a tab of its own, an audio player, or a link to anything else.
 * @param {string} kind the message type
 * @param {string} url of the file
 * @param {string} sender the name of the sender
 * @returns {HTMLElement} the element
 */
export function file(kind, url, sender) {
  const link = (...children) => make('a', { href: url, target: '_blank', rel: 'noopener' }, ...children);
  const label = `${text(kind)}: ${sender}`;
  if (kind === 'image') return link(make('img', { src: url, alt: label, width: 480, height: 360 }));
  if (kind !== 'voice' && kind !== 'audio') return link(text('openFile'));
  const controlsList = 'nodownload noplaybackrate';
  return make('audio', { src: url, controls: true, controlsList, preload: 'metadata', ariaLabel: label });
}
