import type { Route } from '../route.ts';
import { addFurtherSchemas } from './further-schemas.ts';
import type { Components, OpenApiDocument, Operation } from './openapi.ts';
import { type Collections, operationOf, pathOf } from './operations.ts';
import { ERROR_SCHEMA, Responses } from './responses.ts';
import { Schemas } from './schemas.ts';
import { TAGS } from './tags.ts';
import { webhooksOf } from './webhooks.ts';

const DESCRIPTION = `One server that connects many WhatsApp accounts to your backend.

A successful response is \`{"success": true, …}\`. An error response is \`{"success": false, "error": "<code>", "message": "<sentence>"}\`
with a matching status. In addition to the errors listed for each request, any request can fail with \`malformed_request\`,
\`not_found\`, \`method_not_allowed\`, \`request_timeout\` or \`headers_too_large\`.`;

/**
 * Generates the OpenAPI 3.1 document of these routes and of the webhooks, from the same declarations that validate requests.
 * @param version the version of the product
 */
export function openApiDocument(routes: Readonly<Record<string, Route>>, version: string): OpenApiDocument {
  const schemas = new Schemas();
  const responses = new Responses(schemas);
  const paths = pathsOf(routes, { schemas, responses });
  const webhooks = webhooksOf(schemas);
  addFurtherSchemas(schemas);
  schemas.add('ErrorAnswer', ERROR_SCHEMA);
  return {
    openapi: '3.1.1',
    info: {
      title: 'WhatsApp Orchestrator',
      version,
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'The server of this document.' }],
    tags: [...TAGS],
    security: [{ bearerKey: [] }, { headerKey: [] }],
    paths,
    webhooks,
    components: { ...COMPONENTS, responses: responses.shared, schemas: schemas.named },
  };
}

function pathsOf(routes: Readonly<Record<string, Route>>, collections: Collections): OpenApiDocument['paths'] {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const [name, route] of Object.entries(routes)) {
    (paths[pathOf(route)] ??= {})[route.method] = operationOf(name, route, collections);
  }
  return paths;
}

const text = { type: 'string' };

const COMPONENTS: Omit<Components, 'schemas' | 'responses'> = {
  parameters: {
    RequestId: {
      name: 'X-Request-Id',
      in: 'header',
      required: false,
      description: 'Returned with the response and included in every log entry about the request. Generated if absent.',
      schema: { type: 'string', pattern: '^[\\w.:-]{1,128}$' },
    },
    IdempotencyKey: {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description:
        'A repeated request with the same key returns the first response and has no further effect. Keys expire after a day.',
      schema: { type: 'string', pattern: '^[ -~]{1,255}$' },
    },
  },
  headers: {
    'X-Request-Id': { description: 'The id of the request.', schema: text },
    'Idempotency-Replayed': {
      description: 'Present, and `true`, if this is the response to an earlier request.',
      schema: text,
    },
    'WWW-Authenticate': { description: 'The authentication scheme: `Bearer`.', schema: text },
    'Retry-After': {
      description: 'The number of seconds after which a retry can succeed, if known.',
      schema: text,
    },
  },
  securitySchemes: {
    bearerKey: {
      type: 'http',
      scheme: 'bearer',
      description: 'A key from `API_KEY`, or one created with `POST /keys`.',
    },
    headerKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The same key in a header of its own.' },
    browserToken: {
      type: 'http',
      scheme: 'bearer',
      description: 'A token from `POST /tokens`. It is bound to one session and expires.',
    },
    backendKey: {
      type: 'http',
      scheme: 'bearer',
      description: '`PRODUCTION_API_KEY`. The orchestrator sends it to your backend if it is set.',
    },
  },
};
