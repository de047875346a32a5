/** The parts of an OpenAPI 3.1 document that ours has. https://spec.openapis.org/oas/v3.1.1 */
export interface OpenApiDocument {
  openapi: string;
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } };
  servers: { url: string; description: string }[];
  tags: Tag[];
  security: SecurityRequirement[];
  paths: Record<string, Record<string, Operation>>;
  /** The callbacks, each by the name of its event. */
  webhooks: Record<string, { post: Operation }>;
  components: Components;
}

/** A group of operations. */
export interface Tag {
  name: string;
  description: string;
}

/** The roles that are needed, by the name of the security scheme. */
type SecurityRequirement = Record<string, string[]>;

/** One request, or one callback. */
export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  /** Of a callback: where at the main backend it is posted. */
  'x-backend-path'?: string;
  security?: SecurityRequirement[];
  parameters: (Parameter | Reference)[];
  requestBody?: RequestBody;
  responses: Record<string, Response | Reference>;
}

/** A place in the same document: `#/components/schemas/Session`. */
export interface Reference {
  $ref: string;
}

/** A part of the path, a parameter behind the `?`, or a header. */
export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  description?: string;
  required: boolean;
  schema: JsonSchema;
  example?: unknown;
}

/** What is sent. */
export interface RequestBody {
  description?: string;
  required: true;
  content: Record<string, MediaType>;
}

/** What is answered. */
export interface Response {
  description: string;
  headers?: Record<string, Reference>;
  content?: Record<string, MediaType>;
}

/** One form of a body. */
export interface MediaType {
  schema?: JsonSchema;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}

/** What is referred to by its name. */
export interface Components {
  schemas: Record<string, JsonSchema>;
  parameters: Record<string, Parameter>;
  headers: Record<string, { description: string; schema: JsonSchema }>;
  /** The refusals of a status, by their codes. */
  responses: Record<string, Response>;
  securitySchemes: Record<string, Record<string, string>>;
}

/** A schema of JSON Schema 2020-12, with the words that ours use. */
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
  [word: string]: unknown;
}
