import { readFileSync } from 'node:fs';
import { type Express } from 'express';
import { type Pool } from 'pg';

const SEED = readFileSync(new URL('../../../docs/contract/seed.md', import.meta.url), 'utf8');

/** The seed's code reports to the console. */
const QUIET = { log: () => undefined, error: () => undefined };

/** What the backend code of the seed calls of its own application. */
export interface SeedHooks {
  notifyNewWhatsAppAccount: (row: unknown) => Promise<void>;
  processIncomingMessage: (sessionId: string, message: unknown) => Promise<void>;
  notifyFrontendQRUpdate: (sessionId: string, qr: string) => Promise<void>;
}

/** The helper class of the seed, as far as the tests use it. */
export interface SeedService {
  generateQR(): Promise<{ success: boolean; sessionId: string; qr: string; qrText: string }>;
  sendMessage(sessionId: string, number: string, message: string): Promise<{ success: boolean; message?: string }>;
  getSessionStatus(sessionId: string): Promise<{ status: string; phone_number: string } | null>;
  getAllSessions(): Promise<{ session_id: string }[]>;
  removeSession(sessionId: string): Promise<{ success: boolean }>;
}

/** The table of the seed, as it is written there. */
export function seedTable(): string {
  return block('### Tabla PostgreSQL', 'sql');
}

/** Puts the four handlers of the seed into an Express app, as they are written there. */
export function useSeedHandlers(app: Express, db: Pool, hooks: SeedHooks): void {
  const code = block('### Implementar Endpoints en tu Backend', 'javascript');
  run(code, { app, db, ...hooks, console: QUIET });
}

/** The helper class of the seed, as it is written there, for this orchestrator. */
export function seedService(app: Express, orchestratorUrl: string): SeedService {
  const code = `${block('### Backend - Clase Helper', 'javascript')}\nreturn WhatsAppService;`;
  const Service = run(code, { app, console: QUIET }) as new (url: string) => SeedService;
  return new Service(orchestratorUrl);
}

/** The first code block in this language behind a heading. */
function block(heading: string, language: string): string {
  const section = SEED.slice(SEED.indexOf(`\n${heading}\n`));
  const [, code] = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(section) ?? [];
  if (code === undefined) throw new Error(`The seed has no ${language} behind "${heading}"`);
  return code;
}

/** Runs code with these names in its scope; nothing in it is changed. */
function run(code: string, scope: object): unknown {
  // The code is the seed's own, which is the point of these tests.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  return (new Function(...Object.keys(scope), code) as (...values: unknown[]) => unknown)(...Object.values(scope));
}
