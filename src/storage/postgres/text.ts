/** Begins a text that is stored as JSON. */
const ESCAPED = '\u0001';

/**
 * A text as PostgreSQL can store it. It stores neither U+0000 nor lone surrogates, which strangers send in ids and names: such a text
 * becomes JSON behind a mark. Different texts stay different.
 */
export function storedText(text: string): string {
  const isStorable = !text.startsWith(ESCAPED) && !text.includes('\0') && text.isWellFormed();
  return isStorable ? text : `${ESCAPED}${JSON.stringify(text)}`;
}

/** Reverses {@link storedText}. */
export function originalText(stored: string): string {
  return stored.startsWith(ESCAPED) ? (JSON.parse(stored.slice(ESCAPED.length)) as string) : stored;
}
