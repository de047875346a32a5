import { writeFileSync } from 'node:fs';
import { openApiDocument } from '../src/http/reference/document.ts';
import { OPERATIONS } from '../src/http/routes/index.ts';
import { VERSION } from '../src/version.ts';
import { clientSource } from './client/source.ts';
import { postmanCollection } from './postman.ts';

/**
 * Generates docs/openapi.json from the route declarations, and from that examples/client/client.ts and docs/postman.json. Tests compare
 * them to the code.
 */
const CLIENT = new URL('../examples/client/client.ts', import.meta.url);

const document = openApiDocument(OPERATIONS, VERSION);
writeFileSync(new URL('../docs/openapi.json', import.meta.url), `${JSON.stringify(document, null, 2)}\n`);
writeFileSync(CLIENT, await clientSource(document, CLIENT));
writeFileSync(
  new URL('../docs/postman.json', import.meta.url),
  `${JSON.stringify(postmanCollection(document), null, 2)}\n`,
);
