import { format, resolveConfig } from 'prettier';
import { type OpenApiDocument } from '../../src/http/reference/openapi.ts';
import { methodOf } from './methods.ts';
import { comment, typeOf } from './types.ts';

const HEAD = `/**
 * The client of the orchestrator, with a method for each request and a type for everything that comes and goes.
 * Written by \`npm run openapi\` from docs/openapi.json: change it there. How a request is made is in requests.ts.
 */
import { type CallOptions, type ClientSettings, type RepeatableOptions, Requests } from './requests.ts';
`;

/** The source of examples/client/client.ts, which is all that the document says. */
export function clientSource(document: OpenApiDocument, path: URL): Promise<string> {
  const parts = [HEAD, ...types(document), callbacks(document), client(document)];
  return formatted(parts.join('\n\n'), path);
}

async function formatted(source: string, path: URL): Promise<string> {
  return format(source, { ...(await resolveConfig(path)), parser: 'typescript' });
}

function types({ components }: OpenApiDocument): string[] {
  return Object.entries(components.schemas).map(
    ([name, schema]) =>
      `${comment(schema.description ?? `See /docs#schema-${name}.`)}export type ${name} = ${typeOf(schema)};`,
  );
}

/** What is posted to the main backend, by the path where it is. */
function callbacks({ webhooks }: OpenApiDocument): string {
  const lines = Object.values(webhooks).map(({ post }) => {
    const schema = post.requestBody?.content['application/json']?.schema ?? {};
    return `${comment(`${post.summary}.`, post.description)}'${post['x-backend-path'] ?? ''}': ${typeOf(schema)};`;
  });
  return `/** What the main backend is told, by the path to which it is posted. */
    export interface Callbacks {\n${lines.join('\n')}\n}`;
}

function client({ paths }: OpenApiDocument): string {
  const methods = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => methodOf(method, path, operation)),
  );
  return `/** All requests. Each rejects with an \`OrchestratorError\` when it is refused, and otherwise when nobody answers. */
    export class OrchestratorClient {
      readonly #requests: Requests;

      constructor(settings: ClientSettings) {
        this.#requests = new Requests(settings);
      }

      ${methods.join('\n\n')}

      /** What is at a path that an event names: \`media_info.url\`. */
      fetch(path: string, options: CallOptions = {}): Promise<Response> {
        return this.#requests.raw('GET', path, { options });
      }
    }`;
}
