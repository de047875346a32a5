import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler } from 'express';
import { Background } from './background.ts';
import { callbackRoutes } from './callbacks.ts';
import { catchUp } from './catch-up.ts';
import { openDatabase } from './database.ts';
import { frontendRoutes } from './frontend.ts';
import { sendReplies } from './auto-reply.ts';
import { parseForPostgres } from './events.ts';
import { OrchestratorClient } from '../client/client.ts';
import { OrchestratorError } from '../client/requests.ts';
import { report } from './report.ts';
import type { Settings } from './settings.ts';
import { handleEvent } from './handle-event.ts';

/** A running backend. Disposing of it shuts it down gracefully. */
export interface Backend extends AsyncDisposable {
  url: string;
}

/** Connects all components and starts the server. */
export async function startBackend(settings: Settings): Promise<Backend> {
  const { port, host, autoReply } = settings;
  const pool = await openDatabase(settings.databaseUrl);
  const orchestrator = new OrchestratorClient({
    url: settings.orchestratorUrl,
    apiKey: settings.orchestratorApiKey,
    parse: parseForPostgres,
  });

  // Events may be missing on start-up too: the backend may have been down for longer than the orchestrator retries.
  let isBehind = true;
  const background = new Background(async () => {
    await sendReplies(pool, orchestrator);
    if (!isBehind) return;
    isBehind = false;
    await catchUp(pool, orchestrator, autoReply).catch((error: unknown) => {
      isBehind = true;
      throw error;
    });
    console.log('Caught up: no event is missing.');
    await sendReplies(pool, orchestrator);
  });

  const app = express().disable('x-powered-by');
  app.use(
    callbackRoutes(settings, async (event) => {
      const outcome = await handleEvent(pool, event, autoReply);
      isBehind ||= outcome.hasGap;
      if (outcome.isNew) background.wake();
      return outcome;
    }),
  );
  app.use(frontendRoutes(pool, orchestrator));
  app.use(errorHandler);
  const server = app.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    await background[Symbol.asyncDispose]();
    await pool.end();
    throw error;
  }
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await background[Symbol.asyncDispose]();
      await pool.end();
    },
  };
}

/**
 * Responds to failed requests. Any status other than 2xx makes the orchestrator retry a webhook. The page receives the error
 * message of the orchestrator as it is.
 */
const errorHandler: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (error instanceof OrchestratorError) {
    res.status(error.status).json({ success: false, error: error.code, message: error.message });
    return;
  }
  report(`${req.method} ${req.path}`, error);
  const { status = 500 } = error as { status?: number };
  if (res.headersSent) next(error);
  else res.status(status).json({ success: false, message: 'The request failed; see the log of the backend.' });
};
