import { act, orchestrator, sentenceUnlessGood } from './api.js';
import { $, notice } from './dom.js';
import { session } from './link.js';
import { text } from './texts.js';

/** What the backend sends when it is told to, below `/media/`. */
const FILES = { image: 'bag.png', voice: 'answer.ogg' };

/**
 * Has the customer's form and the backend's form send what they can.
 * @param {(id: string, press: () => Promise<void>) => void} onPress has a button do something
 * @param {() => string} customer whom the backend writes to: a number
 */
export function wireForms(onPress, customer) {
  onSubmit('write', (words) => act('write', { text: words }));
  onPress('write-image', () => withText('write', (words) => act('file', { kind: 'image', text: words })));
  onPress('write-voice', () => act('file', { kind: 'voice' }));
  onSubmit('reply', (message) => post('/send-message', { number: customer(), message }));
  onPress('reply-image', () => withText('reply', (caption) => postFile('image', { number: customer(), caption })));
  onPress('reply-voice', () => postFile('voice', { number: customer() }));
  onPress('reply-poll', () => post('/messages', { type: 'poll', number: customer(), poll: poll() }));
}

async function post(path, body) {
  sentenceUnlessGood(await orchestrator('POST', `/sessions/${session.id}${path}`, body));
}

async function postFile(type, { number, caption }) {
  const response = await fetch(`/media/${FILES[type]}`);
  const form = new FormData();
  form.set('type', type);
  form.set('number', number);
  if (caption) form.set('caption', caption);
  form.set('file', await response.blob(), FILES[type]);
  await post('/messages', form);
}

function poll() {
  return { name: text('pollName'), options: ['pollFirst', 'pollSecond', 'pollThird'].map(text) };
}

/** Has a form send its text. */
function onSubmit(id, send) {
  $(id).addEventListener('submit', (event) => {
    event.preventDefault();
    withText(id, send).catch(({ message }) => notice(message));
  });
}

/** Takes the text out of a form, and puts it back when it could not be sent. */
async function withText(id, send) {
  const field = $(`${id}-text`);
  const words = field.value;
  field.value = '';
  try {
    await send(words);
  } catch (error) {
    field.value ||= words;
    throw error;
  }
}
