import type { JsonSchema } from './openapi.ts';

const SCHEMA_PREFIX = '#/components/schemas/';
const SUFFIX = 'Response';

/**
 * The name of the schema of a successful response in generated clients: `SessionResponse` for one with a session as its `data`,
 * `SessionListResponse` for one with a list of them, and otherwise the name of the operation.
 */
export function responseName(operationId: string, { properties = {} }: JsonSchema): string {
  const { success, data, ...others } = properties;
  if (success && Object.keys(others).length === 0) {
    const kind = data ? kindOf(data) : 'Success';
    if (kind !== undefined) return `${kind}${SUFFIX}`;
  }
  return `${operationId.charAt(0).toUpperCase()}${operationId.slice(1)}${SUFFIX}`;
}

/** Whether the schema with this name describes a whole response. */
export function isResponseName(name: string): boolean {
  return name.endsWith(SUFFIX);
}

function kindOf({ $ref, items }: JsonSchema): string | undefined {
  if ($ref !== undefined) return $ref.slice(SCHEMA_PREFIX.length);
  return items?.$ref === undefined ? undefined : `${items.$ref.slice(SCHEMA_PREFIX.length)}List`;
}
