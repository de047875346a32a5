import { download } from '../api.js';
import { make, notice, saveFile } from '../dom.js';
import { currentRoute } from '../route.js';
import { errorText, text } from '../words/text.js';
import { lineOf } from './strangers.js';

/** What a browser shows as a picture, and nothing else: never a page, nor a drawing that could be one. */
const PICTURES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'];
const MOST_SHOWN_BYTES = 8 * 1024 * 1024;
/** What file systems reject. */
const NOT_IN_NAMES = /[\p{C}"*/:<>?\\|]+/gu;

/**
 * The buttons for the file of a message, which is fetched only when somebody asks for it.
 * @param {any} message
 * @returns {any} an element; undefined where there is no file that the server could have: what was sent over the API is not kept
 */
export function fileOf(message) {
  const { media, status } = message;
  if (!media || status !== null) return undefined;
  const element = make('div', { className: 'file' });
  const button = (name, use) => {
    const press = make('button', { type: 'button', className: 'quiet' }, text(name));
    press.addEventListener('click', () => fetchFile(press, message, use));
    return press;
  };
  const show = button('fileShow', async (file) => {
    const src = await dataUrl(new Blob([file], { type: media.mimetype }));
    show.replaceWith(make('img', { src, alt: text('fileAlt') }));
  });
  element.append(
    ...(isPicture(media) ? [show] : []),
    button('fileSave', (file) => saveFile(file, nameOf(message))),
  );
  return element;
}

function isPicture({ mimetype, size }) {
  return PICTURES.includes(mimetype) && (size ?? 0) <= MOST_SHOWN_BYTES;
}

async function fetchFile(press, { message_id: id }, use) {
  if (press.ariaBusy === 'true') return;
  press.ariaBusy = 'true';
  const { sessionId } = currentRoute();
  try {
    await use(await download(`/sessions/${sessionId}/messages/${encodeURIComponent(id)}/media`));
  } catch (error) {
    notice(errorText(error, 'sessions:read'));
  }
  press.ariaBusy = null;
}

function nameOf({ media, message_type: type }) {
  return (
    lineOf(media.file_name)
      .replace(NOT_IN_NAMES, ' ')
      .replace(/^[. ]+/, '') || type
  );
}

/** The policy of the page allows pictures in data URLs. */
function dataUrl(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(reader.result));
    reader.addEventListener('error', () => reject(reader.error));
    reader.readAsDataURL(blob);
  });
}
