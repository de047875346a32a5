/** The text, if it is JSON. @throws SyntaxError */
export function jsonText(text: string): string {
  JSON.parse(text);
  return text;
}
