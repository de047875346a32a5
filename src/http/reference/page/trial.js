/** The most of a response that is shown. */
const MAX_SHOWN = 100_000;
const key = document.querySelector('#key');

/** Makes it possible to send each request from the page. */
export function addTrials() {
  for (const article of document.querySelectorAll('article[data-request]')) {
    const details = element('details', { className: 'trial' }, element('summary', {}, 'Try it'));
    // Most are never opened.
    details.addEventListener('toggle', () => details.append(trialOf(article)), { once: true });
    article.querySelector('.request').after(details);
  }
}

function trialOf(article) {
  const request = JSON.parse(article.dataset.request);
  const fields = [...request.params, ...request.query].map(([name, value]) => ({
    name,
    input: element('input', { value: String(value), autocomplete: 'off', spellcheck: false }),
  }));
  const body =
    request.body === undefined
      ? undefined
      : element('textarea', { value: JSON.stringify(request.body, null, 2), rows: 8, spellcheck: false });
  const output = element('pre', { tabIndex: 0 });
  output.setAttribute('aria-label', 'Response');
  output.setAttribute('aria-live', 'polite');
  output.hidden = true;
  const form = element(
    'form',
    {},
    ...fields.map(({ name, input }) => element('label', {}, name, input)),
    ...(body ? [element('label', {}, 'Body', body)] : []),
    element('button', { type: 'submit' }, `Send ${request.method}`),
    output,
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    output.hidden = false;
    output.textContent = 'Waiting for the response …';
    const values = Object.fromEntries(fields.map(({ name, input }) => [name, input.value]));
    send(request, values, body?.value)
      .catch((error) => String(error.message))
      .then((text) => (output.textContent = text));
  });
  return form;
}

async function send({ method, path, query }, values, body) {
  const filled = path.replace(/\{(\w+)\}/g, (_all, name) => encodeURIComponent(values[name]));
  const search = new URLSearchParams(query.map(([name]) => [name, values[name]]).filter(([, value]) => value !== ''));
  // Relative, so that it works behind any prefix of a proxy.
  const response = await fetch(`.${filled}${search.size > 0 ? `?${search}` : ''}`, {
    method,
    body,
    cache: 'no-store',
    credentials: 'omit',
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(key.value !== '' && { authorization: `Bearer ${key.value}` }),
    },
  });
  return `${response.status}\n${await textOf(response)}`;
}

/** A stream of events has no end: only what has an end is shown. */
async function textOf(response) {
  const type = response.headers.get('content-type') ?? '';
  if (!/json|text\/(plain|html)/.test(type)) {
    await response.body?.cancel();
    return `(${type}: not shown here)`;
  }
  const text = (await response.text()).slice(0, MAX_SHOWN);
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
