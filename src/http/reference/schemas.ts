import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { JsonSchema } from './openapi.ts';

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
  return JSON.parse(text, (key, value: unknown) =>
    key === 'anyOf' ? withoutEmpty(value as object[]) : value,
  ) as JsonSchema;
}

function withoutEmpty(schemas: object[]): object[] {
  return schemas.filter((schema) => Object.keys(schema).length > 0);
}

/**
 * Uses `examples`, the keyword of JSON Schema, and drops what does not help a reader: a pattern next to a format, and the bounds
 * of safe integers.
 */
function simplify({ jsonSchema }: { jsonSchema: Record<string, unknown> }): void {
  if ('example' in jsonSchema) jsonSchema.examples = [jsonSchema.example];
  delete jsonSchema.example;
  // Other formats are zod's own names for patterns.
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
  else delete jsonSchema.format;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}
