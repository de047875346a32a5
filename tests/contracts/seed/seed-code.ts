import { readFileSync } from 'node:fs';
import type { Express } from 'express';
import type { Pool } from 'pg';

const SEED = readFileSync(new URL('../../../docs/contract/seed.md', import.meta.url), 'utf8');

/** Replaces the console that the seed's code logs to. */
const QUIET = { log: () => undefined, error: () => undefined };

/** The functions of the backend application that the seed's handlers call. */
export interface SeedHooks {
  notifyNewWhatsAppAccount: (row: unknown) => Promise<void>;
  processIncomingMessage: (sessionId: string, message: unknown) => Promise<void>;
  notifyFrontendQRUpdate: (sessionId: string, qr: string) => Promise<void>;
}

/** The seed's helper class, as far as the tests use it. */
export interface SeedService {
  generateQR(): Promise<{ success: boolean; sessionId: string; qr: string; qrText: string }>;
  sendMessage(sessionId: string, number: string, message: string): Promise<{ success: boolean; message?: string }>;
  getSessionStatus(sessionId: string): Promise<{ status: string; phone_number: string } | null>;
  getAllSessions(): Promise<{ session_id: string }[]>;
  removeSession(sessionId: string): Promise<{ success: boolean }>;
}

/** The SQL of the seed's table, verbatim. */
export function seedTable(): string {
  return block('### Tabla PostgreSQL', 'sql');
}

/** Adds the seed's four handlers, verbatim, to an Express app. */
export function useSeedHandlers(app: Express, db: Pool, hooks: SeedHooks): void {
  const code = block('### Implementar Endpoints en tu Backend', 'javascript');
  run(code, { app, db, ...hooks, console: QUIET });
}

/** An instance of the seed's helper class, verbatim, for the orchestrator at this URL. */
export function seedService(app: Express, orchestratorUrl: string): SeedService {
  const code = `${block('### Backend - Clase Helper', 'javascript')}\nreturn WhatsAppService;`;
  const Service = run(code, { app, console: QUIET }) as new (url: string) => SeedService;
  return new Service(orchestratorUrl);
}

/** The seed's page, verbatim. */
export function seedPage(): string {
  return block('### Frontend - Conectar Nueva Cuenta', 'html');
}

/** The first code block in this language under a heading. Throws when the seed has none. */
function block(heading: string, language: string): string {
  const section = SEED.slice(SEED.indexOf(`\n${heading}\n`));
  const [, code] = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(section) ?? [];
  if (code === undefined) throw new Error(`The seed has no ${language} block under "${heading}"`);
  return code;
}

/** Runs the code unchanged, with these names in its scope. */
function run(code: string, scope: object): unknown {
  // These tests exist to run the seed's own code.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  return (new Function(...Object.keys(scope), code) as (...values: unknown[]) => unknown)(...Object.values(scope));
}
