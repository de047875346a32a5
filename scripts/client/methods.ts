import type { Operation, Parameter } from '../../src/http/reference/openapi.ts';
import { comment, typeOf } from './types.ts';

/** Generates the client method of one operation. */
export function methodOf(method: string, path: string, operation: Operation): string {
  const inline = operation.parameters.filter((it): it is Parameter => !('$ref' in it));
  const isRepeatable = operation.parameters.some((it) => '$ref' in it && it.$ref.endsWith('/IdempotencyKey'));
  const inPath = inline.filter((it) => it.in === 'path');
  const body = bodyType(operation);
  const query = queryType(inline.filter((it) => it.in === 'query'));
  const result = resultOf(operation);
  const parameters = [
    ...inPath.map(({ name, schema }) => `${name}: ${typeOf(schema)}`),
    ...(body === undefined ? [] : [`body: ${body}`]),
    ...(query === undefined ? [] : [`query: ${query}`]),
    `options: ${isRepeatable ? 'RepeatableOptions' : 'CallOptions'} = {}`,
  ];
  const sent = [...(body === undefined ? [] : ['body']), ...(query === undefined ? [] : ['query']), 'options'];
  const url = path.replaceAll(/\{(\w+)\}/g, '${encodeURIComponent($1)}');
  return `${comment(`${operation.summary}.`, operation.description)}${operation.operationId}(${parameters.join(', ')}): Promise<${result.type}> {
    return this.#requests.${result.call}('${method.toUpperCase()}', \`${url}\`, { ${sent.join(', ')} });
  }`;
}

function bodyType({ requestBody }: Operation): string | undefined {
  const json = requestBody?.content['application/json']?.schema;
  if (!requestBody || !json) return undefined;
  return `${typeOf(json)}${'multipart/form-data' in requestBody.content ? ' | FormData' : ''}`;
}

/** One object with all query parameters. It is optional when none of them is required. */
function queryType(parameters: readonly Parameter[]): string | undefined {
  if (parameters.length === 0) return undefined;
  const fields = parameters.map(
    ({ name, description, required, schema }) =>
      `${comment(description)}${name}${required ? '' : '?'}: ${typeOf(schema)};`,
  );
  const isRequired = parameters.some(({ required }) => required);
  return `{\n${fields.join('\n')}\n}${isRequired ? '' : ' = {}'}`;
}

/** How the client reads the response: as JSON, as text, or not at all, leaving the stream to the caller. */
function resultOf({ responses }: Operation): { call: 'json' | 'text' | 'raw'; type: string } {
  const success = responses['200'];
  const content = success && !('$ref' in success) ? (success.content ?? {}) : {};
  const [[type, { schema = {} }] = ['', {}]] = Object.entries(content);
  if (type === 'application/json') return { call: 'json', type: typeOf(schema) };
  if (type === 'text/plain' || type === 'text/html') return { call: 'text', type: 'string' };
  return { call: 'raw', type: 'Response' };
}
