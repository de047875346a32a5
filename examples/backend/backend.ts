import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler, type Router } from 'express';
import { Background } from './background.ts';
import { callbackRoutes } from './callbacks.ts';
import { catchUp } from './catch-up.ts';
import { Database } from './database.ts';
import { frontendRoutes } from './frontend.ts';
import { sendReplies } from './auto-reply.ts';
import { parseForPostgres } from './events.ts';
import { OrchestratorClient } from '../client/client.ts';
import { OrchestratorError } from '../client/requests.ts';
import { report, say } from './report.ts';
import type { Settings } from './settings.ts';
import { handleEvent } from './handle-event.ts';

/** A running backend. Disposing of it shuts it down gracefully. */
export interface Backend extends AsyncDisposable {
  url: string;
}

/**
 * Connects all components and starts the server. It starts without the database, too: events wait in the orchestrator meanwhile.
 * @param extra routes that come before our own
 * @throws Error whose `code` is EADDRINUSE when the port is taken
 */
export async function startBackend(settings: Settings, extra: Router = express.Router()): Promise<Backend> {
  const { port, host, autoReply } = settings;
  const database = new Database(settings.databaseUrl);
  const orchestrator = new OrchestratorClient({
    url: settings.orchestratorUrl,
    apiKey: settings.orchestratorApiKey,
    parse: parseForPostgres,
  });

  // Events may be missing on start-up too: the backend may have been down for longer than the orchestrator retries.
  let isBehind = true;
  const background = new Background(async () => {
    try {
      const pool = await database.ready();
      await sendReplies(pool, orchestrator);
      if (!isBehind) return;
      isBehind = false;
      await catchUp(pool, orchestrator, autoReply).catch((error: unknown) => {
        isBehind = true;
        throw error;
      });
      say('Caught up: no event is missing.');
      await sendReplies(pool, orchestrator);
    } catch (error) {
      if (!database.isAwayAfter(error)) throw error;
    }
  });

  const app = express().disable('x-powered-by');
  app.use(extra);
  app.use(
    callbackRoutes(settings, async (event) => {
      const outcome = await handleEvent(await database.ready(), event, autoReply);
      isBehind ||= outcome.hasGap;
      if (outcome.isNew) background.wake();
      return outcome;
    }),
  );
  app.use(frontendRoutes(database, orchestrator, settings.orchestratorPublicUrl));
  app.use(errorHandler(database));
  const server = app.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    await background[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
    throw error;
  }
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await background[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

/**
 * Responds to failed requests. Any status other than 2xx makes the orchestrator retry a webhook; 503 says that it is not the
 * webhook's fault, so that none is given up. The page receives the error message of the orchestrator as it is.
 */
function errorHandler(database: Database): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (error instanceof OrchestratorError) {
      res.status(error.status).json({ success: false, error: error.code, message: error.message });
      return;
    }
    if (database.isAwayAfter(error)) {
      res.status(503).json({ success: false, error: 'database_away', message: 'PostgreSQL is away.' });
      return;
    }
    report(`${req.method} ${req.path}`, error);
    const { status = 500 } = error as { status?: number };
    if (res.headersSent) next(error);
    else res.status(status).json({ success: false, message: 'The request failed; see the log of the backend.' });
  };
}
