import { createRequire } from 'node:module';
import { TestEnvironment } from 'jest-environment-node';
import * as whatsappRustBridge from 'whatsapp-rust-bridge';
import { signQuickly } from '../../src/whatsapp/baileys/quick-curve.ts';
import * as openApiSchemas from './openapi-schemas.ts';

/** The instance that libsignal requires. */
const curve25519 = createRequire(import.meta.resolve('libsignal'))('curve25519-js');

// The product's own patch, here also for the clients and phones of the tests.
signQuickly();

/**
 * Jest's Node environment with three modules loaded once for each worker, outside its sandbox: two packages, unchanged, that
 * take long to load or to compute (`curve25519.cjs`, `whatsapp-rust-bridge.cjs`), and `openapi-schemas.ts`.
 */
export default class extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global.loadedOutside = { curve25519, whatsappRustBridge };
    this.global.openApiSchemas = openApiSchemas;
  }
}
