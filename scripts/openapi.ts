/** Writes docs/openapi.json from the declarations; tests/api/reference.test.ts holds it against them. */
import { writeFileSync } from 'node:fs';
import { openApiDocument } from '../src/http/reference/document.ts';
import { OPERATIONS } from '../src/http/routes/index.ts';
import { VERSION } from '../src/version.ts';

const document = openApiDocument(OPERATIONS, VERSION);
writeFileSync(new URL('../docs/openapi.json', import.meta.url), `${JSON.stringify(document, null, 2)}\n`);
