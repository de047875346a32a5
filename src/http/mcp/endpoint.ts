import type { Express, Request, Response } from 'express';
import { AppError } from '../../domain/errors.ts';
import { requireStillValid } from '../access/caller.ts';
import { readJson } from '../body.ts';
import { contextOf } from '../request-context.ts';
import { InnerServer } from './inner-server.ts';

const PATH = '/mcp';

/** The dependencies of {@link addMcp}. */
export interface McpEndpointDeps {
  version: string;
  compressedBodies: boolean;
  /** Called with every response in progress, so that a shutdown can wait for it. */
  watch(work: Promise<void>): void;
}

/** Serves MCP at `/mcp` (streamable HTTP, without sessions of its own), for callers with a key. The SDK is loaded at the first request. */
export function addMcp(app: Express, deps: McpEndpointDeps): void {
  const inner = new InnerServer(app);
  app.post(PATH, (req, res) => {
    const work = answer({ ...deps, inner }, req, res);
    deps.watch(work);
    return work;
  });
  app.all(PATH, (req, res) => {
    contextOf(res).route = PATH;
    res.set('Allow', 'POST, OPTIONS');
    if (req.method !== 'OPTIONS') throw new AppError('method_not_allowed');
    res.status(204).end();
  });
}

async function answer(deps: McpEndpointDeps & { inner: InnerServer }, req: Request, res: Response): Promise<void> {
  const context = contextOf(res);
  context.route = PATH;
  if (context.caller.token) throw new AppError('not_permitted');
  const body = await readJson(req, res, deps.compressedBodies);
  requireStillValid(context.caller);
  const { serveMcp } = await import('./serve.ts');
  await serveMcp(deps, req, res, body);
}
