import type { Route } from '../route.ts';
import type { JsonSchema, Operation, Parameter, Reference, RequestBody } from './openapi.ts';
import type { Responses } from './responses.ts';
import type { Schemas } from './schemas.ts';
import { tagOf } from './tags.ts';

/** The path of a route in OpenAPI notation: `/sessions/{sessionId}`. */
export function pathOf({ path }: Route): string {
  return path.replaceAll(/:(\w+)/g, '{$1}');
}

/** Collects schemas and responses that operations share. */
export interface Collections {
  schemas: Schemas;
  responses: Responses;
}

/** Generates the operation of a route. */
export function operationOf(name: string, route: Route, { schemas, responses }: Collections): Operation {
  const body = requestBodyOf(route, schemas);
  return {
    operationId: name,
    tags: [tagOf(route.path)],
    summary: route.summary,
    description: route.description,
    security: securityOf(route),
    parameters: parametersOf(route, schemas),
    ...(body && { requestBody: body }),
    responses: responses.of(name, route),
  };
}

/** Alternatives: any one of them grants access. Keys need the scope of the route. */
function securityOf({ scope, forToken }: Route): Record<string, string[]>[] {
  if (scope === 'none') return [];
  return [{ bearerKey: [scope] }, { headerKey: [scope] }, ...(forToken === true ? [{ browserToken: [] }] : [])];
}

function parametersOf({ params, query, idempotent, example }: Route, schemas: Schemas): (Parameter | Reference)[] {
  const headers = [...(idempotent === true ? ['IdempotencyKey'] : []), 'RequestId'];
  return [
    ...(params ? parametersIn('path', schemas.of(params, 'input')) : []),
    ...(query ? parametersIn('query', schemas.of(query, 'input'), example.query) : []),
    ...headers.map((name) => ({ $ref: `#/components/parameters/${name}` })),
  ];
}

function parametersIn(
  place: 'path' | 'query',
  { properties = {}, required = [] }: JsonSchema,
  values: Record<string, string> = {},
): Parameter[] {
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema,
    ...(name in values && { example: schema.type === 'integer' ? Number(values[name]) : values[name] }),
  }));
}

function requestBodyOf({ body, files, example }: Route, schemas: Schemas): RequestBody | undefined {
  if (!body) return undefined;
  const { bodies } = example;
  const shown = bodies
    ? { examples: Object.fromEntries(Object.entries(bodies).map(([name, value]) => [name, { value }])) }
    : { example: example.body };
  const json = { schema: schemas.of(body, 'input'), ...shown };
  return {
    required: !body.safeParse(undefined).success,
    content: { 'application/json': json, ...(files === true && { 'multipart/form-data': { schema: FORM } }) },
  };
}

/** Upload of a file: docs/files.md. */
const FORM: JsonSchema = {
  type: 'object',
  description:
    'The same fields as text, and the file as an upload. A field that is repeated, or ends in `[]`, is a list. `json` holds ' +
    'the body, to which the other fields are added.',
  properties: {
    file: { type: 'string', contentMediaType: 'application/octet-stream' },
    json: { type: 'string', contentMediaType: 'application/json' },
  },
  additionalProperties: { type: ['string', 'array'], items: { type: 'string' } },
};
