/** A form of a sentence and its translation; `$1` is the part that stays as it is. */
type Translations = readonly (readonly [RegExp, string])[];

/** What the dashboard has other words for, since it shows the figures beside them. */
const MORE: Translations = [
  [
    /^The backend rejects callbacks: .*$/,
    'El backend rechaza los webhooks: revisa BACKEND_BASE_URL y PRODUCTION_API_KEY.',
  ],
  [/^The backend is not accepting callbacks.*$/, 'El backend no acepta webhooks; se guardan y se reintentan.'],
  [/^(\d+) callbacks? dead-lettered: see (.*)\.$/, 'Webhooks abandonados: $1. Mira $2.'],
  [
    /^Events cannot be written to SINK_DATABASE_URL \((.*)\): they wait\.$/,
    'No se pueden escribir eventos en SINK_DATABASE_URL ($1): esperan.',
  ],
];

/** Loads what puts sentences of the server into Spanish, in the words of the dashboard. One that has no translation stays as it is. */
export async function loadSpanish(): Promise<(sentence: string) => string> {
  const words = new URL('../../http/dashboard/page/words/server-sentences.js', import.meta.url);
  const { SPANISH_SENTENCES } = (await import(words.href)) as { SPANISH_SENTENCES: Translations };
  return (sentence) =>
    [...MORE, ...SPANISH_SENTENCES].reduce((said, [form, spanish]) => said.replace(form, spanish), sentence);
}
