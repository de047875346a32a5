/** The subset of an OpenAPI 3.1 document that ours uses. https://spec.openapis.org/oas/v3.1.1 */
export interface OpenApiDocument {
  openapi: string;
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } };
  servers: { url: string; description: string }[];
  tags: Tag[];
  security: SecurityRequirement[];
  paths: Record<string, Record<string, Operation>>;
  /** The webhooks, by the name of their event. */
  webhooks: Record<string, { post: Operation }>;
  components: Components;
}

/** A group of operations. */
export interface Tag {
  name: string;
  description: string;
}

/** The required scopes, by the name of the security scheme. */
type SecurityRequirement = Record<string, string[]>;

/** A request or a webhook. */
export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  /** The path at the backend that a webhook is posted to. */
  'x-backend-path'?: string;
  security?: SecurityRequirement[];
  parameters: (Parameter | Reference)[];
  requestBody?: RequestBody;
  responses: Record<string, Response | Reference>;
}

/** A reference within the document: `#/components/schemas/Session`. */
export interface Reference {
  $ref: string;
}

/** A path parameter, a query parameter or a header. */
export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  description?: string;
  required: boolean;
  schema: JsonSchema;
  example?: unknown;
}

/** The body of a request. */
export interface RequestBody {
  description?: string;
  required: boolean;
  content: Record<string, MediaType>;
}

/** A response with its headers and bodies. */
export interface Response {
  description: string;
  headers?: Record<string, Reference>;
  content?: Record<string, MediaType>;
}

/** A body in one media type. */
export interface MediaType {
  schema?: JsonSchema;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}

/** Reusable parts of the document, referenced by name. */
export interface Components {
  schemas: Record<string, JsonSchema>;
  parameters: Record<string, Parameter>;
  headers: Record<string, { description: string; schema: JsonSchema }>;
  /** Error responses, by their codes. */
  responses: Record<string, Response>;
  securitySchemes: Record<string, Record<string, string>>;
}

/** A schema in JSON Schema 2020-12, with the keywords that ours use. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  [keyword: string]: unknown;
}
