import type { JsonSchema } from '../../src/http/reference/openapi.ts';

const SCHEMA_PREFIX = '#/components/schemas/';

/** Converts a schema to a TypeScript type; descriptions become comments. */
export function typeOf(schema: JsonSchema): string {
  const { $ref, enum: choices, anyOf, oneOf, type } = schema;
  if ($ref !== undefined) return $ref.slice(SCHEMA_PREFIX.length);
  if ('const' in schema) return JSON.stringify(schema.const);
  if (choices) return choices.map((choice) => JSON.stringify(choice)).join(' | ');
  const alternatives = anyOf ?? oneOf;
  if (alternatives) return [...new Set(alternatives.map(typeOf))].join(' | ');
  if (Array.isArray(type)) return type.map((one) => typeOf({ ...schema, type: one })).join(' | ');
  return PLAIN_TYPES[type ?? ''] ?? compound(schema);
}

/** Formats paragraphs as a doc comment; empty without paragraphs. */
export function comment(...paragraphs: (string | undefined)[]): string {
  const lines = paragraphs.filter((text) => text !== undefined).flatMap(wrap);
  if (lines.length === 0) return '';
  return lines.length === 1
    ? `/** ${lines[0] ?? ''} */\n`
    : `/**\n${lines.map((line) => ` * ${line}\n`).join('')} */\n`;
}

const MAX_WIDTH = 100;

/** Wraps a text at 100 characters. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.replaceAll('*/', '* /').split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= MAX_WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

const PLAIN_TYPES: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
};

function compound(schema: JsonSchema): string {
  if (schema.type === 'array') return `(${typeOf(schema.items ?? {})})[]`;
  return schema.type === 'object' ? objectType(schema) : 'unknown';
}

function objectType({ properties = {}, required = [], additionalProperties }: JsonSchema): string {
  const fields = Object.entries(properties).map(
    ([name, schema]) =>
      `${comment(schema.description)}${name}${required.includes(name) ? '' : '?'}: ${typeOf(schema)};`,
  );
  if (fields.length > 0) return `{\n${fields.join('\n')}\n}`;
  if (additionalProperties === false) return 'Record<string, never>';
  return `Record<string, ${typeof additionalProperties === 'object' ? typeOf(additionalProperties) : 'unknown'}>`;
}
