import { AppError, type ErrorCode, ERRORS } from '../../domain/errors.ts';
import { errorReply } from '../errors.ts';
import { ERROR_STATUS } from '../responses/error-status.ts';
import { ANY_TYPE, errorsOf, type Route } from '../route.ts';
import type { JsonSchema, MediaType, Reference, Response } from './openapi.ts';
import { responseName } from './response-names.ts';
import type { Schemas } from './schemas.ts';

const JSON_TYPE = 'application/json';

/** Response headers that are described in `components.headers`. */
type HeaderName = 'X-Request-Id' | 'Idempotency-Replayed' | 'WWW-Authenticate' | 'Retry-After';

/** Generates the responses of routes. Error responses are collected as shared components, named after their codes. */
export class Responses {
  readonly shared: Record<string, Response> = {};
  readonly #schemas: Schemas;

  constructor(schemas: Schemas) {
    this.#schemas = schemas;
  }

  /** The success and error responses of the route with this `operationId`, by status. */
  of(name: string, route: Route): Record<string, Response | Reference> {
    const responses: Record<string, Response | Reference> = successesOf(name, route, this.#schemas);
    for (const [status, codes] of Map.groupBy(errorsOf(route), (code) => ERROR_STATUS[code])) {
      const success = responses[status] as Response | undefined;
      responses[status] = success ? merge(success, errorResponse(status, codes)) : this.#sharedError(status, codes);
    }
    return responses;
  }

  #sharedError(status: number, codes: readonly ErrorCode[]): Reference {
    const name = codes.join('-');
    this.shared[name] ??= errorResponse(status, codes);
    return { $ref: `#/components/responses/${name}` };
  }
}

/** The body of every error response. */
export const ERROR_SCHEMA = {
  type: 'object',
  properties: {
    success: { type: 'boolean', const: false },
    error: { type: 'string', enum: Object.keys(ERRORS), description: 'The stable error code: see docs/errors.md.' },
    message: { type: 'string', description: 'A human-readable sentence.' },
    field: {
      type: 'string',
      description:
        'The field or parameter that is wrong, as it was spelled: `contacts[0].phone`. Only where it is one.',
    },
  },
  required: ['success', 'error', 'message'],
  additionalProperties: false,
};

function successesOf(name: string, route: Route, schemas: Schemas): Record<string, Response> {
  const { statuses, mediaType = JSON_TYPE, example, idempotent } = route;
  // A file can be of any type.
  const content: MediaType =
    mediaType === ANY_TYPE ? {} : { schema: schemaOf(name, route, schemas), example: example.answer };
  const headers = headersNamed('X-Request-Id', ...(idempotent ? (['Idempotency-Replayed'] as const) : []));
  return Object.fromEntries(
    Object.entries(statuses).map(([status, description]) => [
      status,
      { description, headers, content: { [mediaType]: content } },
    ]),
  );
}

/** The schema of what the route returns. Programs use the names of JSON bodies. */
function schemaOf(name: string, { answer, mediaType = JSON_TYPE }: Route, schemas: Schemas): JsonSchema {
  const schema = schemas.of(answer, 'output');
  return mediaType === JSON_TYPE ? schemas.response(responseName(name, schema), schema) : schema;
}

function errorResponse(status: number, codes: readonly ErrorCode[]): Response {
  return {
    description: codes.map((code) => `\`${code}\`: ${ERRORS[code]}`).join('\n\n'),
    headers: headersNamed('X-Request-Id', ...errorHeaders(status)),
    content: {
      [JSON_TYPE]: {
        schema: { $ref: '#/components/schemas/ErrorAnswer', properties: { error: { enum: [...codes] } } },
        examples: Object.fromEntries(codes.map((code) => [code, { value: errorReply(new AppError(code)).body }])),
      },
    },
  };
}

function errorHeaders(status: number): HeaderName[] {
  if (status === 401) return ['WWW-Authenticate'];
  return status === 429 ? ['Retry-After'] : [];
}

function headersNamed(...names: HeaderName[]): Record<string, Reference> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** Merges a success and an error response with the same status, such as the 503 of `GET /health`. */
function merge(success: Response | undefined, error: Response): Response {
  if (!success) return error;
  const [own, other] = [success, error].map(({ content }) => content?.[JSON_TYPE]);
  return {
    ...success,
    description: `${success.description}\n\n${error.description}`,
    content: { [JSON_TYPE]: { ...own, schema: { anyOf: [own?.schema ?? {}, other?.schema ?? {}] } } },
  };
}
