/**
 * The library `wa-multi-session`, which gateways are built on, with the small server of `bench/wa-multi-session`. What its
 * manifest asks for does not install from npm alone: Baileys 6 takes two packages from GitHub. So it gets the Baileys of this project.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GatewayAdapter } from '../gateway/adapter.ts';
import { adapter as expressBaileys } from './express-baileys.ts';

const ENTRY = fileURLToPath(new URL('../wa-multi-session/main.ts', import.meta.url));
const VERSION = '3.8.3';

export const adapter: GatewayAdapter = {
  ...expressBaileys,
  name: 'wa-multi-session',
  version: VERSION,
  manifest: {
    dependencies: { 'wa-multi-session': VERSION },
    overrides: { '@whiskeysockets/baileys': expressBaileys.version },
  },
  launch: (place) => {
    const { packages = '' } = place;
    const launch = expressBaileys.launch(place);
    return {
      ...launch,
      args: [...launch.args.slice(0, -1), ENTRY],
      env: { ...launch.env, PACKAGES: packages, BENCH_BAILEYS_FROM: join(packages, 'package.json') },
    };
  },
};
