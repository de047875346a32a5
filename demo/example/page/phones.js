const POLL_INTERVAL_MS = 1_000;

const TEXTS = {
  en: {
    title: 'Simulated phones',
    scan: 'Scan the QR',
    renew: 'Renew the QR',
    hint: 'WhatsApp renews a QR every 20 to 60 seconds by itself.',
    write: 'Message of a customer to the account',
    hello: 'Hello, are you open?',
    send: 'Send',
    received: 'What the customer has received',
    nothing: 'Nothing yet.',
    noQr: 'There is no QR to scan: connect an account first.',
  },
  es: {
    title: 'Teléfonos simulados',
    scan: 'Escanear el QR',
    renew: 'Renovar el QR',
    hint: 'WhatsApp renueva un QR por sí solo cada 20 a 60 segundos.',
    write: 'Mensaje de un cliente a la cuenta',
    hello: 'Hola, ¿están abiertos?',
    send: 'Enviar',
    received: 'Lo que recibió el cliente',
    nothing: 'Todavía nada.',
    noQr: 'No hay ningún QR que escanear: primero conecta una cuenta.',
  },
};

/** The page of the backend has chosen its language. */
const text = (name) => TEXTS[document.documentElement.lang][name];

function make(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

async function ask(path, body) {
  const post = body && {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  return (await fetch(`demo/${path}`, post)).json();
}

const result = make('p', { className: 'hint', role: 'status' });
/** How many messages the list shows; none before it was filled. */
let shown;
const chat = make('ol', { id: 'chat' });
const input = make('input', { id: 'demo-text', value: text('hello') });
const form = make(
  'form',
  { className: 'row' },
  make('label', { htmlFor: 'demo-text', textContent: text('write') }),
  input,
  make('button', { textContent: text('send') }),
);

async function press(path) {
  const { success } = await ask(path, {});
  result.textContent = success ? '' : text('noQr');
}

async function send(event) {
  event.preventDefault();
  await ask('write', { text: input.value });
  input.value = '';
}

async function showChat() {
  const { data } = await ask('chat');
  if (data.length === shown) return;
  shown = data.length;
  const lines = data.length === 0 ? [text('nothing')] : data;
  chat.replaceChildren(...lines.map((line) => make('li', { textContent: line })));
}

const button = (name) => make('button', { type: 'button', textContent: text(name), onclick: () => press(name) });
form.addEventListener('submit', send);
document
  .querySelector('main > section')
  .after(
    make(
      'section',
      { className: 'card' },
      make('h2', { textContent: text('title') }),
      make('div', { className: 'row' }, button('scan'), button('renew')),
      result,
      make('p', { className: 'hint', textContent: text('hint') }),
      form,
      make('h3', { textContent: text('received') }),
      chat,
    ),
  );
for (;;) {
  await showChat().catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
}
