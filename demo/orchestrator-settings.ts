import { randomBytes } from 'node:crypto';

import type { Simulator } from '../simulator/simulator.ts';
import { HOST } from './listen.ts';

/** The secrets of a run. */
export interface Keys {
  /** `API_KEY`: authenticates calls to the orchestrator. */
  readonly api: string;
  /** `PRODUCTION_API_KEY`: authenticates the orchestrator to the backend. */
  readonly backend: string;
  /** `CALLBACK_SECRET`: signs callbacks. */
  readonly signing: string;
}

/** Makes new secrets. */
export function makeKeys(): Keys {
  const key = (): string => randomBytes(24).toString('hex');
  return { api: key(), backend: key(), signing: `whsec_${randomBytes(32).toString('base64')}` };
}

/** The complete environment of the orchestrator; the user's own settings do not leak in. */
export function orchestratorSettings(
  simulator: Simulator,
  keys: Keys,
  addresses: Record<string, string>,
): Record<string, string> {
  return {
    ...hostEnvironment(),
    ...addresses,
    NODE_ENV: 'development',
    HOST,
    LOG_FORMAT: 'json',
    AUTH_DIR: './auth_sessions',
    DOWNLOADS_DIR: './downloads',
    DOWNLOAD_MEDIA: 'true',
    API_KEY: keys.api,
    PRODUCTION_API_KEY: keys.backend,
    CALLBACK_SECRET: keys.signing,
    WHATSAPP_WS_URL: simulator.wsUrl,
    WHATSAPP_ROOT_KEY: simulator.rootKey,
    WHATSAPP_MEDIA_HOST: simulator.mediaHost,
  };
}

/** The variables that any program needs to run. */
function hostEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'SystemRoot', 'TEMP'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
