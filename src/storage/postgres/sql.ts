import type { QueryConfig } from 'pg';
import { storedText } from './text.ts';

/** What a parameter may be. */
export type Value =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | readonly (string | null)[]
  | readonly (number | null)[]
  | readonly boolean[]
  | readonly (Uint8Array | null)[];

/** A statement with its parameters. It is prepared once for each connection. */
export interface Statement extends QueryConfig {
  readonly name: string;
  readonly text: string;
}

/** A part of a statement, such as a list of columns or a condition, with its own parameters. */
export class Fragment {
  readonly strings: readonly string[];
  readonly parts: readonly Part[];

  constructor(strings: readonly string[], parts: readonly Part[]) {
    this.strings = strings;
    this.parts = parts;
  }
}

type Part = Value | Fragment;

/** Makes a part of a statement. */
export function fragment(strings: TemplateStringsArray, ...parts: readonly Part[]): Fragment {
  return new Fragment(strings, parts);
}

/** The name of each text under which connections keep it prepared. Texts are constants, so there are some hundreds. */
const names = new Map<string, string>();

/** Makes a statement: values become parameters, fragments become text. */
export function sql(strings: TemplateStringsArray, ...parts: readonly Part[]): Statement {
  const values: unknown[] = [];
  const text = textOf(new Fragment(strings, parts), values);
  const name = names.get(text) ?? `s${names.size}`;
  names.set(text, name);
  return { name, text, values };
}

/** The text of a part; its parameters are added to `values`. */
function textOf({ strings, parts }: Fragment, values: unknown[]): string {
  const insert = (part: Part) => (part instanceof Fragment ? textOf(part, values) : `$${values.push(parameter(part))}`);
  return strings.reduce((text, string, at) => text + insert(parts[at - 1] as Part) + string);
}

/** Converted here and not by the driver: what cannot be stored must fail before anything is sent. */
function parameter(value: Value | undefined): unknown {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (value === undefined) throw new TypeError('A parameter is undefined');
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (Array.isArray(value)) return value.map((item: Value) => parameter(item));
  return storedText(String(value));
}
