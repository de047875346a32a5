import { type Html, html, words } from './html.ts';
import { type JsonSchema } from './openapi.ts';

const PLACE = '#/components/schemas/';

/** Where on the page a named schema is. */
export function anchorOf(name: string): string {
  return `schema-${name}`;
}

/** The fields of a schema, those within its fields too; nothing for what has none. */
export function fieldsOf(schema: JsonSchema): Html | undefined {
  const { properties, required = [], anyOf, oneOf } = schema;
  if (properties) return listOf(properties, required);
  const alternatives = (anyOf ?? oneOf ?? []).map(fieldsOf).filter((fields) => fields !== undefined);
  if (alternatives.length > 0) return html`${alternatives.flatMap((one, at) => (at === 0 ? [one] : [OR, one]))}`;
  return schema.items && fieldsOf(schema.items);
}

const OR = html`<p class="or">or</p>`;

function listOf(properties: Record<string, JsonSchema>, required: readonly string[]): Html {
  const rows = Object.entries(properties).map(([name, schema]) => field(name, schema, required.includes(name)));
  return html`<ul class="fields">
    ${rows}
  </ul>`;
}

/** One field: its name, its type, what is said of it, and what is in it. */
export function field(name: string, schema: JsonSchema, isRequired: boolean): Html {
  const { description = '' } = schema;
  return html`<li>
    <b>${name}</b> <span class="type">${typeOf(schema)}</span> ${isRequired ? '' : html`<i>optional</i>`}
    <div>${words(description)} ${usual(schema)}</div>
    ${fieldsOf(schema)}
  </li>`;
}

function usual(schema: JsonSchema): Html | undefined {
  return 'default' in schema && schema.default !== null
    ? html`Without it: <code>${JSON.stringify(schema.default)}</code>.`
    : undefined;
}

/** The type in a few words, with links to what has a name. */
export function typeOf(schema: JsonSchema): Html {
  const { $ref, enum: choices, anyOf, oneOf, items } = schema;
  if ($ref?.startsWith(PLACE)) return link($ref.slice(PLACE.length));
  if ('const' in schema) return html`${JSON.stringify(schema.const)}`;
  if (choices) return html`${choices.map((choice) => JSON.stringify(choice)).join(' | ')}`;
  if (anyOf ?? oneOf) return between(anyOf ?? oneOf ?? [], ' | ');
  if (items) return html`list of ${typeOf(items)}`;
  return html`${plainType(schema)}`;
}

function plainType({ type = 'any', format, contentMediaType }: JsonSchema): string {
  const name = [type].flat().join(' | ');
  if (contentMediaType === 'application/json') return 'JSON';
  if (contentMediaType !== undefined) return 'upload';
  return format === 'date-time' ? `${name} (ISO 8601)` : name;
}

function between(schemas: readonly JsonSchema[], sign: string): Html {
  return html`${schemas.flatMap((schema, at) => (at === 0 ? [typeOf(schema)] : [html`${sign}`, typeOf(schema)]))}`;
}

function link(name: string): Html {
  return html`<a href="#${anchorOf(name)}">${name}</a>`;
}
