import type { z } from 'zod';

/** A field that is missing, and what the caller may have sent in its place. */
export interface MissingField {
  /** The unknown field that looks like it, if there is one. */
  misspelled: string | undefined;
  /** Any other unknown field beside it. */
  unknown: string | undefined;
}

/** No more than this is looked at: whoever sends it is a stranger. */
const MAX_FIELDS = 100;
/** What can be repeated in a sentence. */
const NAMEABLE = /^[\w.-]{1,64}$/;

/** Describes the field at this path if it is missing; undefined if it is there. */
export function missingField(
  schema: z.core.$ZodType,
  value: unknown,
  path: readonly PropertyKey[],
): MissingField | undefined {
  const name = path.at(-1);
  const parent = path.slice(0, -1).reduce<unknown>((whole, step) => stepInto(whole, step), value);
  if (typeof name !== 'string' || typeof parent !== 'object' || parent === null) return undefined;
  if ((parent as Record<string, unknown>)[name] !== undefined) return undefined;
  const known = namesAt(schema, path.slice(0, -1));
  const others = Object.keys(parent)
    .slice(0, MAX_FIELDS)
    .filter((one) => NAMEABLE.test(one) && !known.has(one));
  const likely = others.filter((one) => unlikeness(one, name) <= (name.length > 4 ? 2 : 1));
  return {
    misspelled: likely.sort((one, other) => unlikeness(one, name) - unlikeness(other, name))[0],
    unknown: others[0],
  };
}

/** The path as people write it: `contacts[0].phone`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? String(step) : `${text}.${String(step)}`;
  }, '');
}

/** The names of all fields that the schema has at this path, whichever alternative applies. */
function namesAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): ReadonlySet<string> {
  let here = [...containersIn(schema)];
  for (const step of path) here = here.flatMap((one) => insideOf(one, step)).flatMap((one) => [...containersIn(one)]);
  return new Set(here.flatMap((one) => (one.type === 'object' ? Object.keys(one.shape) : [])));
}

type Container = z.core.$ZodObjectDef | z.core.$ZodArrayDef;

/** The objects and lists that a schema consists of, without transformations and defaults around them. */
function* containersIn(schema: z.core.$ZodType): Generator<Container> {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'object' || def.type === 'array') yield def;
  else if (def.type === 'union') for (const one of def.options) yield* containersIn(one);
  else if (def.type === 'pipe') yield* containersIn(def.in);
  else if ('innerType' in def) yield* containersIn(def.innerType);
}

function insideOf(container: Container, step: PropertyKey): z.core.$ZodType[] {
  if (container.type === 'array') return [container.element];
  const inside = container.shape[String(step)];
  return inside ? [inside] : [];
}

/** How far one is from the other: 1 for `mesage`, 0 for `replyTo` in place of `reply_to`. */
function unlikeness(one: string, other: string): number {
  const [first, second] = [one, other].map((name) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')) as [
    string,
    string,
  ];
  return distance(first, second);
}

/** How many letters must be added, removed, changed or exchanged with their neighbors. */
function distance(one: string, other: string): number {
  const rows = [Array.from({ length: other.length + 1 }, (_, at) => at)];
  for (let at = 1; at <= one.length; at += 1) {
    const row = [at];
    for (let to = 1; to <= other.length; to += 1) {
      const changed = cell(rows, at - 1, to - 1) + (one[at - 1] === other[to - 1] ? 0 : 1);
      const added = Math.min(cell(rows, at - 1, to), row[to - 1] ?? Infinity) + 1;
      const isExchanged = one[at - 1] === other[to - 2] && one[at - 2] === other[to - 1];
      row.push(Math.min(changed, added, isExchanged ? cell(rows, at - 2, to - 2) + 1 : Infinity));
    }
    rows.push(row);
  }
  return cell(rows, one.length, other.length);
}

function cell(rows: readonly number[][], at: number, to: number): number {
  return rows[at]?.[to] ?? Infinity;
}

function stepInto(whole: unknown, step: PropertyKey): unknown {
  return typeof whole === 'object' && whole !== null ? (whole as Record<PropertyKey, unknown>)[step] : undefined;
}
