import { act, orchestrator, requireSuccess } from './api.js';
import { $, notice } from './dom.js';
import { session } from './link.js';
import { text } from './texts.js';

/** The files that the backend can send, below `/media/`. */
const FILES = { image: 'bag.png', voice: 'answer.ogg' };

/**
 * Connects the forms of the customer and of the backend.
 * @param {(id: string, press: () => Promise<void>) => void} onPress registers the handler of a button
 * @param {() => string} customer the phone number that the backend writes to
 */
export function wireForms(onPress, customer) {
  onSubmit('write', (message) => act('write', { text: message }));
  onPress('write-image', () => withText('write', (message) => act('file', { kind: 'image', text: message })));
  onPress('write-voice', () => act('file', { kind: 'voice' }));
  onSubmit('reply', (message) => post('/send-message', { number: customer(), message }));
  onPress('reply-image', () => withText('reply', (caption) => postFile('image', { number: customer(), caption })));
  onPress('reply-voice', () => postFile('voice', { number: customer() }));
  onPress('reply-poll', () => post('/messages', { type: 'poll', number: customer(), poll: poll() }));
  onPress('reply-buttons', () => post('/messages', { type: 'buttons', number: customer(), ...buttons() }));
}

async function post(path, body) {
  requireSuccess(await orchestrator('POST', `/sessions/${session.id}${path}`, body));
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

function buttons() {
  const answers = ['buttonsFirst', 'buttonsSecond'].map(text);
  return { text: text('buttonsText'), buttons: answers.map((answer) => ({ type: 'reply', text: answer })) };
}

/** Sends the text of a form on submit. */
function onSubmit(id, send) {
  $(id).addEventListener('submit', (event) => {
    event.preventDefault();
    withText(id, send).catch(({ message }) => notice(message));
  });
}

/** Clears the field of a form and sends its text; restores the text when sending fails. */
async function withText(id, send) {
  const field = $(`${id}-text`);
  const message = field.value;
  field.value = '';
  try {
    await send(message);
  } catch (error) {
    field.value ||= message;
    throw error;
  }
}
