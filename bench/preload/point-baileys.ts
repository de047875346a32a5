/**
 * Preloaded into a gateway that hard-codes where WhatsApp is: `--import` of Node, or NODE_OPTIONS where the gateway starts Node itself.
 * Sets the defaults of the gateway's own copy of Baileys, as its main script (or the file BENCH_BAILEYS_FROM) finds it under either of
 * its names, from BENCH_WS_URL and BENCH_ROOT_KEY. Without a Baileys to be found it does nothing: npm, too, gets NODE_OPTIONS.
 */
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What is set in Baileys; its version 6 has no key and verifies none. */
interface Defaults {
  DEFAULT_CONNECTION_CONFIG: { waWebSocketUrl: string | URL };
  WA_CERT_DETAILS?: { PUBLIC_KEY?: Buffer };
}

const { BENCH_WS_URL: wsUrl = '', BENCH_ROOT_KEY: rootKey = '', BENCH_BAILEYS_FROM: from } = process.env;
const path = pathOfBaileys(from ?? resolve(process.argv[1] ?? ''));
if (path !== undefined) {
  const baileys = (await import(pathToFileURL(path).href)) as Defaults;
  baileys.DEFAULT_CONNECTION_CONFIG.waWebSocketUrl = wsUrl;
  if (baileys.WA_CERT_DETAILS) baileys.WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(rootKey, 'hex');
}

function pathOfBaileys(script: string): string | undefined {
  for (const name of ['@whiskeysockets/baileys', 'baileys']) {
    try {
      return createRequire(script).resolve(name);
    } catch {
      // It may have the other name.
    }
  }
  return undefined;
}
