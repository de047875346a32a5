/** A selector: `name{label="value"}`, over a range of time or at one instant. */
export interface Selector {
  metric: string;
  matchers: { label: string; values: string[] }[];
  isRange: boolean;
}

/** The parts of a query that a test can compare with the existing metrics. */
export interface Query {
  selectors: Selector[];
  /** The labels that it groups by. */
  grouping: string[];
}

const TOKEN = /\s*(?:("[^"\\]*")|(\[\d+[smhd]\])|(\d+(?:\.\d+)?)|([A-Za-z_:][\w:]*)|(=~|!~|!=|[=><]=?|[-+*/%^(){},]))/y;
const FUNCTIONS = new Set(['sum', 'max', 'min', 'avg', 'count', 'rate', 'increase', 'histogram_quantile']);
const WORDS = new Set(['and', 'or', 'unless']);

/**
 * Parses a PromQL query into its selectors and grouping labels. Supports only the part of the language that we use.
 * @throws Error for anything else, so that nothing is skipped
 */
export function parsePromql(text: string): Query {
  return new Parser(tokensOf(text)).query();
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new Error(`unexpected text at "${text.slice(at)}"`);
    tokens.push(match[0].trim());
  }
  return tokens;
}

class Parser {
  readonly #tokens: string[];
  #at = 0;

  constructor(tokens: string[]) {
    this.#tokens = tokens;
  }

  query(): Query {
    const found: Query = { selectors: [], grouping: [] };
    let depth = 0;
    while (this.#at < this.#tokens.length) {
      const token = this.#take();
      if (token === '(') depth += 1;
      if (token === ')') depth -= 1;
      if (depth < 0) throw new Error('unexpected closing parenthesis');
      if (token === 'by') found.grouping.push(...this.#names());
      else if (isName(token) && !WORDS.has(token)) this.#named(token, found);
    }
    if (depth !== 0) throw new Error('missing closing parenthesis');
    return found;
  }

  /** A name is a function if it is called or groups, otherwise a metric. */
  #named(name: string, { selectors }: Query): void {
    if (this.#next === '(' || this.#next === 'by') {
      if (!FUNCTIONS.has(name)) throw new Error(`unknown function "${name}"`);
      return;
    }
    const matchers = this.#next === '{' ? this.#matchers() : [];
    const isRange = this.#next?.startsWith('[') === true;
    if (isRange) this.#take();
    selectors.push({ metric: name, matchers, isRange });
  }

  #matchers(): Selector['matchers'] {
    const matchers: Selector['matchers'] = [];
    this.#expect('{');
    while (this.#next !== '}') {
      const label = this.#take();
      const operator = this.#take();
      if (!['=', '!=', '=~', '!~'].includes(operator)) throw new Error(`unknown matcher "${operator}"`);
      const value = JSON.parse(this.#take()) as string;
      matchers.push({ label, values: operator.endsWith('~') ? value.split('|') : [value] });
      if (this.#next === ',') this.#take();
    }
    this.#expect('}');
    return matchers;
  }

  #names(): string[] {
    const names: string[] = [];
    this.#expect('(');
    while (this.#next !== ')') {
      const token = this.#take();
      if (token !== ',') names.push(token);
    }
    this.#expect(')');
    return names;
  }

  get #next(): string | undefined {
    return this.#tokens[this.#at];
  }

  #take(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new Error('unexpected end');
    return token;
  }

  #expect(wanted: string): void {
    const token = this.#take();
    if (token !== wanted) throw new Error(`expected "${wanted}", not "${token}"`);
  }
}

function isName(token: string): boolean {
  return /^[A-Za-z_:]/.test(token);
}
