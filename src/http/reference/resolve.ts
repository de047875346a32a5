import type { OpenApiDocument, Reference } from './openapi.ts';

/** Follows a reference within the document. */
export function resolve<Part extends object>(part: Part | Reference, document: OpenApiDocument): Part {
  if (!('$ref' in part)) return part;
  const names = part.$ref.split('/').slice(1);
  return names.reduce<unknown>((parent, name) => (parent as Record<string, unknown>)[name], document) as Part;
}
