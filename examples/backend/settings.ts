/** What this backend needs to know; `.env.example` explains each. */
export interface Settings {
  port: number;
  host: string;
  /** `postgres://…`; empty for what PGHOST, PGUSER, PGPASSWORD and PGDATABASE say. */
  databaseUrl: string;
  orchestratorUrl: string;
  /** An `API_KEY` of the orchestrator; empty when it has none. */
  orchestratorApiKey: string;
  /** The orchestrator's `CALLBACK_SECRET`. */
  callbackSecret: string;
  /** The orchestrator's `PRODUCTION_API_KEY`; empty when it has none. */
  callbackApiKey: string;
  /** What every text message is answered; empty for nothing. */
  autoReply: string;
}

/**
 * Reads the settings.
 * @throws Error, one sentence that names the variable that is missing or wrong
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const read = (name: string, otherwise?: string): string => {
    const value = environment[name] ?? otherwise;
    // An empty secret is none: it would be one that everybody knows.
    if (value === undefined || (value === '' && otherwise === undefined))
      throw new Error(`${name} is missing: see examples/backend/.env.example.`);
    return value;
  };
  return {
    port: portIn(read('PORT', '8000')),
    host: read('HOST', '127.0.0.1'),
    databaseUrl: read('DATABASE_URL', ''),
    orchestratorUrl: read('ORCHESTRATOR_URL', 'http://localhost:3000'),
    orchestratorApiKey: read('API_KEY', ''),
    callbackSecret: read('CALLBACK_SECRET'),
    callbackApiKey: read('PRODUCTION_API_KEY', ''),
    autoReply: read('AUTO_REPLY', ''),
  };
}

function portIn(text: string): number {
  const port = Number(text);
  if (text === '' || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error('PORT must be a whole number from 0 to 65535.');
  return port;
}
