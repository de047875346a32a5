import { type Route } from '../route.ts';
import { type Components, type OpenApiDocument, type Operation } from './openapi.ts';
import { type Collections, operationOf, pathOf } from './operations.ts';
import { ERROR_SCHEMA, Responses } from './responses.ts';
import { Schemas } from './schemas.ts';
import { TAGS } from './tags.ts';
import { webhooksOf } from './webhooks.ts';

const DESCRIPTION = `One server that holds many WhatsApp accounts for a main backend.

Success is \`{"success": true, …}\`; a refusal is \`{"success": false, "error": "<code>", "message": "<sentence>"}\` with a fitting
status. Beside what each request can refuse, any of them can be answered with \`malformed_request\`, \`not_found\`,
\`method_not_allowed\`, \`request_timeout\` or \`headers_too_large\`.`;

/**
 * The OpenAPI 3.1 document of these routes and of the callbacks: a consequence of the declarations that validate.
 * @param version that of the product
 */
export function openApiDocument(routes: Readonly<Record<string, Route>>, version: string): OpenApiDocument {
  const schemas = new Schemas();
  const responses = new Responses(schemas);
  const paths = pathsOf(routes, { schemas, responses });
  const webhooks = webhooksOf(schemas);
  schemas.add('ErrorAnswer', ERROR_SCHEMA);
  return {
    openapi: '3.1.1',
    info: {
      title: 'WhatsApp Orchestrator',
      version,
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'The server that gives this document.' }],
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
      description: 'Given back, and in every line of the log about this request; one is made where there is none.',
      schema: { type: 'string', pattern: '^[\\w.:-]{1,128}$' },
    },
    IdempotencyKey: {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description:
        'A repeated request with the same key gets the first answer, and nothing is done twice. Kept for a day.',
      schema: { type: 'string', pattern: '^[ -~]{1,255}$' },
    },
  },
  headers: {
    'X-Request-Id': { description: 'The id of the request.', schema: text },
    'Idempotency-Replayed': {
      description: 'There, and `true`, when this is the answer to an earlier request.',
      schema: text,
    },
    'WWW-Authenticate': { description: 'How a key is shown: `Bearer`.', schema: text },
    'Retry-After': {
      description: 'After how many seconds another try can succeed, where that is known.',
      schema: text,
    },
  },
  securitySchemes: {
    bearerKey: {
      type: 'http',
      scheme: 'bearer',
      description: 'A key of `API_KEY`, or one that was made with `POST /keys`.',
    },
    headerKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The same key in a header of its own.' },
    browserToken: {
      type: 'http',
      scheme: 'bearer',
      description: 'A token of `POST /tokens`: for one session, and for a while.',
    },
    backendKey: {
      type: 'http',
      scheme: 'bearer',
      description: '`PRODUCTION_API_KEY`, which the orchestrator shows to the main backend when it is set.',
    },
  },
};
