import { AppError, type ErrorCode, ERRORS } from '../../domain/errors.ts';
import { errorReply } from '../errors.ts';
import { ERROR_STATUS } from '../responses/error-status.ts';
import { ANY_TYPE, errorsOf, type Route } from '../route.ts';
import { type MediaType, type Reference, type Response } from './openapi.ts';
import { type Schemas } from './schemas.ts';

const JSON_TYPE = 'application/json';

/** The headers of answers that are described in `components.headers`. */
type HeaderName = 'X-Request-Id' | 'Idempotency-Replayed' | 'WWW-Authenticate' | 'Retry-After';

/** What routes can answer. Refusals that several have in common are collected, and referred to by their codes. */
export class Responses {
  readonly shared: Record<string, Response> = {};
  readonly #schemas: Schemas;

  constructor(schemas: Schemas) {
    this.#schemas = schemas;
  }

  /** By status: what the request is for, and everything that it refuses. */
  of(route: Route): Record<string, Response | Reference> {
    const responses: Record<string, Response | Reference> = successesOf(route, this.#schemas);
    for (const [status, codes] of Map.groupBy(errorsOf(route), (code) => ERROR_STATUS[code])) {
      const success = responses[status] as Response | undefined;
      responses[status] = success ? joined(success, refusal(status, codes)) : this.#refusal(status, codes);
    }
    return responses;
  }

  #refusal(status: number, codes: readonly ErrorCode[]): Reference {
    const name = codes.join('-');
    this.shared[name] ??= refusal(status, codes);
    return { $ref: `#/components/responses/${name}` };
  }
}

/** The body of any refusal. */
export const ERROR_SCHEMA = {
  type: 'object',
  properties: {
    success: { type: 'boolean', const: false },
    error: { type: 'string', enum: Object.keys(ERRORS), description: 'The stable code: see docs/errors.md.' },
    message: { type: 'string', description: 'A sentence for a person.' },
  },
  required: ['success', 'error', 'message'],
  additionalProperties: false,
};

function successesOf(route: Route, schemas: Schemas): Record<string, Response> {
  const { statuses, mediaType = JSON_TYPE, example, idempotent } = route;
  // Of a file nothing can be said beforehand.
  const content: MediaType =
    mediaType === ANY_TYPE ? {} : { schema: schemas.of(route.answer, 'output'), example: example.answer };
  const headers = headersNamed('X-Request-Id', ...(idempotent ? (['Idempotency-Replayed'] as const) : []));
  return Object.fromEntries(
    Object.entries(statuses).map(([status, description]) => [
      status,
      { description, headers, content: { [mediaType]: content } },
    ]),
  );
}

function refusal(status: number, codes: readonly ErrorCode[]): Response {
  return {
    description: codes.map((code) => `\`${code}\`: ${ERRORS[code]}`).join('\n\n'),
    headers: headersNamed('X-Request-Id', ...headersOfRefusal(status)),
    content: {
      [JSON_TYPE]: {
        schema: { $ref: '#/components/schemas/ErrorAnswer', properties: { error: { enum: [...codes] } } },
        examples: Object.fromEntries(codes.map((code) => [code, { value: errorReply(new AppError(code)).body }])),
      },
    },
  };
}

function headersOfRefusal(status: number): HeaderName[] {
  if (status === 401) return ['WWW-Authenticate'];
  return status === 429 ? ['Retry-After'] : [];
}

function headersNamed(...names: HeaderName[]): Record<string, Reference> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** A status can be an answer of its own and a refusal as well: the 503 of `GET /health`. */
function joined(success: Response | undefined, refused: Response): Response {
  if (!success) return refused;
  const [own, other] = [success, refused].map(({ content }) => content?.[JSON_TYPE]);
  return {
    ...success,
    description: `${success.description}\n\n${refused.description}`,
    content: { [JSON_TYPE]: { ...own, schema: { anyOf: [own?.schema ?? {}, other?.schema ?? {}] } } },
  };
}
