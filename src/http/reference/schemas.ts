import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type JsonSchema } from './openapi.ts';

/** Which side of a schema is meant: what a caller gives, or what he gets. */
export type Side = 'input' | 'output';

const PLACE = '#/components/schemas/';

/** Makes JSON Schema of the schemas that validate. Those with an `id` are collected and referred to by it. */
export class Schemas {
  readonly #named = new Map<string, JsonSchema>();

  /** What was collected, by its names. */
  get named(): Record<string, JsonSchema> {
    return Object.fromEntries(this.#named);
  }

  /** @throws Error when an `id` is used for two different schemas */
  of(schema: z.ZodType, side: Side): JsonSchema {
    const whole = z.toJSONSchema(schema, { io: side, unrepresentable: 'any', override: simplify });
    const { $defs = {}, ...own } = whole as JsonSchema & { $defs?: Record<string, JsonSchema> };
    // All of a document is in one dialect.
    delete own.$schema;
    for (const [id, one] of Object.entries($defs)) this.add(id, one);
    return atTheirPlace(own);
  }

  /** Puts a schema under a name; answers how it is referred to. @throws Error when the name is that of another one */
  add(id: string, schema: JsonSchema): JsonSchema {
    const added = atTheirPlace(schema);
    const before = this.#named.get(id);
    if (before && !isDeepStrictEqual(before, added)) throw new Error(`Two schemas are called ${id}`);
    this.#named.set(id, added);
    return { $ref: `${PLACE}${id}` };
  }
}

/**
 * zod puts what is referred to beside the schema; in a document all of it is in one place. And it gives an empty schema for
 * an alternative that JSON does not have, such as an upload.
 */
function atTheirPlace(schema: JsonSchema): JsonSchema {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', `"${PLACE}`);
  return JSON.parse(text, (key, value: unknown) =>
    key === 'anyOf' ? withoutEmpty(value as object[]) : value,
  ) as JsonSchema;
}

function withoutEmpty(schemas: object[]): object[] {
  return schemas.filter((schema) => Object.keys(schema).length > 0);
}

/**
 * Says `examples`, as JSON Schema does, and leaves away what says nothing to a reader: a pattern for what has a format, and bounds that are those of the
 * language.
 */
function simplify({ jsonSchema }: { jsonSchema: Record<string, unknown> }): void {
  if ('example' in jsonSchema) jsonSchema.examples = [jsonSchema.example];
  delete jsonSchema.example;
  // Other formats are zod's own words for what a pattern says.
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
  else delete jsonSchema.format;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}
