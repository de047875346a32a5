import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { OpenApiDocument } from '../../src/http/reference/openapi.ts';

/**
 * The schemas of docs/openapi.json, each compiled when it is first needed. tests/api/reference.test.ts compares the document with the code.
 */
const FILE = new URL('../../docs/openapi.json', import.meta.url);
const compiled = new Map<string, ValidateFunction>();
let ready: { document: OpenApiDocument; ajv: Ajv2020 } | undefined;

/** The parsed docs/openapi.json. */
export const openApiDocument = (): OpenApiDocument => get().document;

/**
 * Describes how a value violates the schema at this JSON pointer of the document (`#/components/schemas/Session`);
 * undefined when it is valid.
 */
export const complaintAbout = (pointer: string, value: unknown): string | undefined => {
  const validate = compiled.get(pointer) ?? compile(pointer);
  return validate(value) ? undefined : get().ajv.errorsText(validate.errors, { dataVar: 'it' });
};

function compile(pointer: string): ValidateFunction {
  const validate = get().ajv.compile({ $ref: `api${pointer}` });
  compiled.set(pointer, validate);
  return validate;
}

function get(): { document: OpenApiDocument; ajv: Ajv2020 } {
  if (ready) return ready;
  const document = JSON.parse(readFileSync(FILE, 'utf8')) as OpenApiDocument;
  const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { 'date-time': isTime } });
  ajv.addSchema(document, 'api');
  return (ready = { document, ajv });
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Whether the text is a valid RFC 3339 timestamp. */
function isTime(text: string): boolean {
  return TIME.test(text) && !Number.isNaN(Date.parse(text));
}
