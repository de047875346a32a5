import { type Html, html, inline } from './html.ts';
import type { JsonSchema } from './openapi.ts';

const SCHEMA_PREFIX = '#/components/schemas/';

/** The anchor of a named schema on the page. */
export function anchorOf(name: string): string {
  return `schema-${name}`;
}

/** Renders the fields of a schema, including nested ones; undefined when it has none. */
export function fieldsOf(schema: JsonSchema): Html | undefined {
  const { properties, required = [], anyOf, oneOf } = schema;
  if (properties) return listOf(properties, required);
  const alternatives = (anyOf ?? oneOf ?? []).map(fieldsOf).filter((fields) => fields !== undefined);
  if (alternatives.length > 0)
    return html`${alternatives.flatMap((fields, index) => (index === 0 ? [fields] : [OR, fields]))}`;
  return schema.items && fieldsOf(schema.items);
}

const OR = html`<p class="or">or</p>`;

function listOf(properties: Record<string, JsonSchema>, required: readonly string[]): Html {
  const rows = Object.entries(properties).map(([name, schema]) => field(name, schema, required.includes(name)));
  return html`<ul class="fields">
    ${rows}
  </ul>`;
}

/** Renders a field: its name, type, description and nested fields. */
export function field(name: string, schema: JsonSchema, isRequired: boolean): Html {
  const { description = '' } = schema;
  return html`<li>
    <b>${name}</b> <span class="type">${typeOf(schema)}</span> ${isRequired ? '' : html`<i>optional</i>`}
    <div>${inline(description)} ${defaultValue(schema)}</div>
    ${fieldsOf(schema)}
  </li>`;
}

function defaultValue(schema: JsonSchema): Html | undefined {
  return 'default' in schema && schema.default !== null
    ? html`Default: <code>${JSON.stringify(schema.default)}</code>.`
    : undefined;
}

/** Renders the type, with links to named schemas. */
export function typeOf(schema: JsonSchema): Html {
  const { $ref, enum: choices, anyOf, oneOf, items } = schema;
  if ($ref?.startsWith(SCHEMA_PREFIX)) return link($ref.slice(SCHEMA_PREFIX.length));
  if ('const' in schema) return html`${JSON.stringify(schema.const)}`;
  if (choices) return html`${choices.map((choice) => JSON.stringify(choice)).join(' | ')}`;
  if (anyOf ?? oneOf) return join(anyOf ?? oneOf ?? [], ' | ');
  if (items) return html`list of ${typeOf(items)}`;
  return html`${plainType(schema)}`;
}

function plainType({ type = 'any', format, contentMediaType }: JsonSchema): string {
  const name = [type].flat().join(' | ');
  if (contentMediaType === 'application/json') return 'JSON';
  if (contentMediaType !== undefined) return 'upload';
  return format === 'date-time' ? `${name} (ISO 8601)` : name;
}

function join(schemas: readonly JsonSchema[], separator: string): Html {
  return html`${schemas.flatMap((schema, index) => (index === 0 ? [typeOf(schema)] : [html`${separator}`, typeOf(schema)]))}`;
}

function link(name: string): Html {
  return html`<a href="#${anchorOf(name)}">${name}</a>`;
}
