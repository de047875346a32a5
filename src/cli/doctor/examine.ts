import { type Config, readConfig } from '../../config/config.ts';
import { ConfigError, type Environment } from '../../config/environment.ts';
import type { Clock } from '../../kit/clock.ts';
import { VERSION } from '../../version.ts';
import { checkBackend, checkServer, checkWhatsApp } from './check-network.ts';
import { checkDatabase, checkFolder } from './check-storage.ts';
import { about, type Finding } from './finding.ts';

/** The oldest Node that runs TypeScript as it is, as `bin/whatsapp-orchestrator.js` demands. */
const OLDEST = [22, 18] as const;

/** Looks at everything that an installation needs. Changes nothing. */
export async function examine(environment: Environment, clock: Clock): Promise<Finding[]> {
  const first = [checkNode(process.versions.node)];
  const config = readSettings(environment);
  if (Array.isArray(config)) return [...first, ...config];
  const { finding: server, isRunning } = await checkServer(config, VERSION);
  const { sessions, media, bounds } = config;
  const others = await Promise.all([
    checkFolder('AUTH_DIR', sessions.authDir, bounds.minFreeDiskBytes),
    checkDatabase(config, isRunning),
    ...(media.bucket ? [] : [checkFolder('DOWNLOADS_DIR', media.downloadsDir, bounds.minFreeDiskBytes)]),
    checkBackend(config),
  ]);
  return [...first, settingsFinding(config), server, ...others, ...(await checkWhatsApp(config, clock))];
}

/** Whether this Node can run the server. */
export function checkNode(version: string): Finding {
  const it = about('Node.js');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNew = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
  if (isNew) return it.ok(`${version}, for version ${VERSION} of the orchestrator`);
  return it.problem(`${version} is too old`, `Install Node.js ${OLDEST.join('.')} or newer; 24 is best.`);
}

function readSettings(environment: Environment): Config | Finding[] {
  try {
    return readConfig(environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const todo =
      'Correct that in .env or the environment (docs/settings.md), and run this again: the rest depends on it.';
    return error.problems.map((problem) => about('settings').problem(problem.replace(/\.$/, ''), todo));
  }
}

function settingsFinding({ mode, storage, http }: Config): Finding {
  const it = about('settings');
  if (mode === 'production') return it.ok('valid, for production');
  const missing = [...(http.apiKeys.length === 0 ? ['API_KEY'] : []), ...(storage.masterKey ? [] : ['MASTER_KEY'])];
  const also = missing.length === 0 ? '' : `, and ${missing.join(' and ')}`;
  return it.warning('valid, but not for production', `For a server that others use, set NODE_ENV=production${also}.`);
}
