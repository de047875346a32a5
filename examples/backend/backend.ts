import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler } from 'express';
import { Background } from './background.ts';
import { callbackRoutes } from './callbacks.ts';
import { catchUp } from './catch-up.ts';
import { openDatabase } from './database.ts';
import { frontendRoutes } from './frontend.ts';
import { sendReplies } from './auto-reply.ts';
import { Orchestrator } from './orchestrator.ts';
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
  const orchestrator = new Orchestrator(settings.orchestratorUrl, settings.orchestratorApiKey);

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
  await once(server, 'listening');
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

/** What failed is tried again by the orchestrator: any answer but 2xx says so. */
const lastCatch: ErrorRequestHandler = (error: unknown, req, res, next) => {
  report(`${req.method} ${req.path}`, error);
  const { status = 500 } = error as { status?: number };
  if (res.headersSent) next(error);
  else res.status(status).json({ success: false, message: 'This did not work; the log of the backend says why.' });
};
