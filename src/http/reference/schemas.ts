import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { JsonSchema } from './openapi.ts';
import { isResponseName } from './response-names.ts';

/** The side of a schema: the input that callers send, or the output that they receive. */
export type Side = 'input' | 'output';

const SCHEMA_PREFIX = '#/components/schemas/';

/** Converts zod schemas to JSON Schema. Schemas with an `id` are collected and referenced by it. */
export class Schemas {
  readonly #named = new Map<string, JsonSchema>();

  /** The collected schemas, by name. */
  get named(): Record<string, JsonSchema> {
    return Object.fromEntries(this.#named);
  }

  /** Converts a schema. @throws Error when two different schemas have the same `id` */
  of(schema: z.ZodType, side: Side): JsonSchema {
    const whole = z.toJSONSchema(schema, { io: side, unrepresentable: 'any', override: simplify });
    const { $defs = {}, ...own } = whole as JsonSchema & { $defs?: Record<string, JsonSchema> };
    // The dialect applies to the whole document.
    delete own.$schema;
    for (const [id, one] of Object.entries($defs)) this.add(id, one);
    return withReferences(own);
  }

  /**
   * Adds the schema of a response under this name, unless there is an equal one, and returns a reference to it.
   * @throws Error when a different schema has the same name
   */
  response(id: string, schema: JsonSchema): JsonSchema {
    const equal = [...this.#named].find(([name, one]) => isResponseName(name) && isDeepStrictEqual(one, schema));
    return equal ? { $ref: `${SCHEMA_PREFIX}${equal[0]}` } : this.add(id, schema);
  }

  /** Adds a named schema and returns a reference to it. @throws Error when a different schema has the same name */
  add(id: string, schema: JsonSchema): JsonSchema {
    const added = withReferences(schema);
    const before = this.#named.get(id);
    if (before && !isDeepStrictEqual(before, added)) throw new Error(`Two different schemas are named ${id}.`);
    this.#named.set(id, added);
    return { $ref: `${SCHEMA_PREFIX}${id}` };
  }
}

/**
 * Points references at the components of the document, where zod puts definitions next to each schema. Also drops the empty
 * schemas that zod generates for alternatives without a JSON form, such as uploads.
 */
function withReferences(schema: JsonSchema): JsonSchema {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', `"${SCHEMA_PREFIX}`);
  return JSON.parse(text, (_key, value: unknown) => (isChoice(value) ? withoutEmpty(value) : value)) as JsonSchema;
}

function isChoice(value: unknown): value is JsonSchema & { anyOf: JsonSchema[] } {
  return typeof value === 'object' && value !== null && 'anyOf' in value && Array.isArray(value.anyOf);
}

/** One alternative alone is no choice. */
function withoutEmpty({ anyOf, ...rest }: JsonSchema & { anyOf: JsonSchema[] }): JsonSchema {
  const alternatives = anyOf.filter((schema) => Object.keys(schema).length > 0);
  const [only] = alternatives;
  return alternatives.length === 1 && only ? { ...only, ...rest } : { ...rest, anyOf: alternatives };
}

/** The classes of characters in our patterns, for readers whose regular expressions do not know them. */
const CLASSES: Readonly<Record<string, string>> = {
  '\\p{Cc}': '\\u0000-\\u001F\\u007F-\\u009F',
  '\\p{Cf}': '\\u00AD\\u061C\\u180E\\u200B-\\u200F\\u202A-\\u202E\\u2060-\\u2064\\u2066-\\u206F\\uFEFF',
  '\\p{Zl}': '\\u2028',
  '\\p{Zp}': '\\u2029',
};

/** A pattern that every implementation reads. It may accept more than the server, never less. */
function plainPattern(pattern: string): string {
  return pattern.replaceAll(/\\p\{\w+\}/g, (one) => CLASSES[one] ?? one);
}

/**
 * Uses `examples`, the keyword of JSON Schema, and drops what does not help a reader: a pattern next to a format, and the bounds
 * of safe integers.
 */
function simplify({ jsonSchema }: { jsonSchema: Record<string, unknown> }): void {
  if ('example' in jsonSchema) jsonSchema.examples = [jsonSchema.example];
  delete jsonSchema.example;
  if (typeof jsonSchema.pattern === 'string') jsonSchema.pattern = plainPattern(jsonSchema.pattern);
  // Other formats are zod's own names for patterns.
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
  else delete jsonSchema.format;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}
