/** The settings of this backend. `.env.example` explains each. */
export interface Settings {
  port: number;
  host: string;
  /** `postgres://…`; empty to use PGHOST, PGUSER, PGPASSWORD and PGDATABASE. */
  databaseUrl: string;
  orchestratorUrl: string;
  /** The URL under which browsers reach the orchestrator. */
  orchestratorPublicUrl: string;
  /** An `API_KEY` of the orchestrator; empty if it has none. */
  orchestratorApiKey: string;
  /** The orchestrator's `CALLBACK_SECRET`. */
  callbackSecret: string;
  /** The orchestrator's `PRODUCTION_API_KEY`; empty if it has none. */
  callbackApiKey: string;
  /** The reply to text messages; empty to send none. */
  autoReply: string;
}

/**
 * Reads the settings.
 * @throws Error whose message names the missing or invalid variable
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const read = (name: string, fallback?: string): string => {
    const value = environment[name] ?? fallback;
    // An empty secret counts as missing: everybody knows it.
    if (value === undefined || (value === '' && fallback === undefined))
      throw new Error(`${name} is missing: see examples/backend/.env.example.`);
    return value;
  };
  const orchestratorUrl = read('ORCHESTRATOR_URL', 'http://localhost:3000');
  return {
    port: parsePort(read('PORT', '8000')),
    host: read('HOST', '127.0.0.1'),
    databaseUrl: read('DATABASE_URL', ''),
    orchestratorUrl,
    orchestratorPublicUrl: read('ORCHESTRATOR_PUBLIC_URL', orchestratorUrl),
    orchestratorApiKey: read('API_KEY', ''),
    callbackSecret: read('CALLBACK_SECRET'),
    callbackApiKey: read('PRODUCTION_API_KEY', ''),
    autoReply: read('AUTO_REPLY', ''),
  };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (text === '' || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error('PORT must be a whole number from 0 to 65535.');
  return port;
}
