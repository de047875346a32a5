/** In JSON as `JSON.stringify` writes it: an escape, of which U+0000 and lone surrogates have more than two characters. */
const ESCAPE = /\\(?:u(?:0000|d[89a-f][0-9a-f]{2})|[^])/g;
const UNTELLABLE = /\\u(?:0000|d[89a-f])/;

/**
 * The JSON body of a callback as it is told: U+0000 and lone surrogates, which anybody can write and PostgreSQL does not store, become
 * U+FFFD, in keys and values. It is done when a body is read, so that one stored by an earlier version can be delivered, too.
 */
export function tellable(json: string): string {
  if (!UNTELLABLE.test(json)) return json;
  return json.replace(ESCAPE, (escape) => (escape.length > 2 ? '\uFFFD' : escape));
}
