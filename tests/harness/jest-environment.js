import { createRequire } from 'node:module';
import { TestEnvironment } from 'jest-environment-node';
import * as openApiSchemas from './openapi-schemas.ts';

/** As libsignal requires it. */
const curve25519 = createRequire(import.meta.resolve('libsignal'))('curve25519-js');

/**
 * Jest's sandbox of Node, with one module brought in from outside: the curve of the Signal protocol. It is plain JavaScript
 * that counts with global arrays, and every access to a global goes through the sandbox, which makes it several times
 * slower there. The module is the same, unchanged; see `curve25519.cjs`. The schemas of docs/openapi.json come from outside too: see
 * `openapi-schemas.ts`.
 */
export default class extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global.curve25519FromOutside = curve25519;
    this.global.openApiSchemas = openApiSchemas;
  }
}
