/** A fragment of HTML in which every interpolated text is escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a fragment can contain: texts, which are escaped, and fragments, which are inserted as they are. */
type Insert = string | number | Html | readonly Html[] | undefined;

/** A template tag that creates a fragment: html`<p>${text}</p>`. */
export function html(strings: TemplateStringsArray, ...inserts: Insert[]): Html {
  return new Html(strings.map((string, index) => string + render(inserts[index])).join(''));
}

/** Converts a description to paragraphs of HTML. Text in backticks becomes `<code>`. */
export function prose(text: string): Html[] {
  return text.split('\n\n').map((paragraph) => html`<p>${inline(paragraph)}</p>`);
}

/** Like {@link prose}, without paragraphs. */
export function inline(text: string): Html[] {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
}

function render(insert: Insert): string {
  if (insert === undefined) return '';
  if (insert instanceof Html) return insert.text;
  if (typeof insert === 'object') return insert.map(({ text }) => text).join('');
  return String(insert).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
