import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
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
import { type Settings } from './settings.ts';
import { takeEvent } from './take-event.ts';

/** A backend that runs. */
export interface Backend extends AsyncDisposable {
  url: string;
}

/** Puts all parts together and starts them; disposing of it ends them in an orderly way. */
export async function startBackend(settings: Settings): Promise<Backend> {
  const { port, host, autoReply } = settings;
  const pool = await openDatabase(settings.databaseUrl);
  const orchestrator = new OrchestratorClient({
    url: settings.orchestratorUrl,
    apiKey: settings.orchestratorApiKey,
    parse: parseForPostgres,
  });

  // At the start too something may be missing: we may have been away longer than the orchestrator tries.
  let isSomethingMissing = true;
  const background = new Background(async () => {
    await sendReplies(pool, orchestrator);
    if (!isSomethingMissing) return;
    isSomethingMissing = false;
    await catchUp(pool, orchestrator, autoReply).catch((error: unknown) => {
      isSomethingMissing = true;
      throw error;
    });
    console.log('Caught up: no event is missing.');
    await sendReplies(pool, orchestrator);
  });

  const app = express().disable('x-powered-by');
  app.use(
    callbackRoutes(settings, async (event) => {
      const taken = await takeEvent(pool, event, autoReply);
      isSomethingMissing ||= taken.hasGap;
      if (taken.isNew) background.wake();
      return taken;
    }),
  );
  app.use(frontendRoutes(pool, orchestrator));
  app.use(lastCatch);
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
 * The orchestrator tries again what it posted: any answer but 2xx has it do so. People get its own sentence where it refused what
 * they asked for.
 */
const lastCatch: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (error instanceof OrchestratorError) {
    res.status(error.status).json({ success: false, error: error.code, message: error.message });
    return;
  }
  report(`${req.method} ${req.path}`, error);
  const { status = 500 } = error as { status?: number };
  if (res.headersSent) next(error);
  else res.status(status).json({ success: false, message: 'This did not work; the log of the backend says why.' });
};
