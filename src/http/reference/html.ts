/** A piece of HTML in which everything from outside was escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What can be put into a piece of HTML: texts are escaped, pieces and lists of pieces are taken as they are. */
type Insert = string | number | Html | readonly Html[] | undefined;

/** Writes a piece of HTML: html`<p>${text}</p>`. */
export function html(pieces: TemplateStringsArray, ...inserts: Insert[]): Html {
  return new Html(pieces.map((piece, at) => piece + textOf(inserts[at])).join(''));
}

/** A description as HTML: paragraphs, with `code` in them. */
export function prose(text: string): Html[] {
  return text.split('\n\n').map((paragraph) => html`<p>${words(paragraph)}</p>`);
}

/** The same without paragraphs. */
export function words(text: string): Html[] {
  return text.split('`').map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
}

function textOf(insert: Insert): string {
  if (insert === undefined) return '';
  if (insert instanceof Html) return insert.text;
  if (typeof insert === 'object') return insert.map(({ text }) => text).join('');
  return String(insert).replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
