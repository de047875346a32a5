import { createRequire } from 'node:module';
import { TestEnvironment } from 'jest-environment-node';
import * as openApiSchemas from './openapi-schemas.ts';

/** The instance that libsignal requires. */
const curve25519 = createRequire(import.meta.resolve('libsignal'))('curve25519-js');

/**
 * Jest's Node environment with two modules loaded outside its sandbox. The curve of the Signal protocol is plain
 * JavaScript that computes with global arrays; inside the sandbox, which intercepts every access to a global, it is
 * several times slower. The module is unchanged; see `curve25519.cjs`. The other one is `openapi-schemas.ts`.
 */
export default class extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global.curve25519FromOutside = curve25519;
    this.global.openApiSchemas = openApiSchemas;
  }
}
