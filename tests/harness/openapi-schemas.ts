import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { type OpenApiDocument } from '../../src/http/reference/openapi.ts';

/**
 * The schemas of docs/openapi.json, each compiled once for all test files of a worker: within Jest's sandbox every file would
 * do it anew. tests/api/reference.test.ts holds the file against the code.
 */
const FILE = new URL('../../docs/openapi.json', import.meta.url);
const compiled = new Map<string, ValidateFunction>();
let ready: { document: OpenApiDocument; ajv: Ajv2020 } | undefined;

/** The document itself. */
export const openApiDocument = (): OpenApiDocument => get().document;

/**
 * What is wrong with a value by the schema at this place of the document (`#/components/schemas/Session`), in a sentence;
 * `undefined` when nothing is.
 */
export const complaintAbout = (place: string, value: unknown): string | undefined => {
  const validate = compiled.get(place) ?? compile(place);
  return validate(value) ? undefined : get().ajv.errorsText(validate.errors, { dataVar: 'it' });
};

function compile(place: string): ValidateFunction {
  const validate = get().ajv.compile({ $ref: `api${place}` });
  compiled.set(place, validate);
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

/** A moment as RFC 3339 writes it, which there is. */
function isTime(text: string): boolean {
  return TIME.test(text) && !Number.isNaN(Date.parse(text));
}
