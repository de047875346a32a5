import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Request, Response } from 'express';
import { hasScope } from '../access/caller.ts';
import { contextOf } from '../request-context.ts';
import type { InnerServer } from './inner-server.ts';
import { createMcpServer } from './tools.ts';

/** What {@link serveMcp} needs. */
export interface McpDeps {
  inner: InnerServer;
  version: string;
}

/**
 * Answers one request of an MCP client, whose body is read by now. Each stands on its own, so that any node answers it. The tools do what
 * the caller's key permits.
 */
export async function serveMcp({ inner, version }: McpDeps, req: Request, res: Response, body: unknown): Promise<void> {
  const { caller, requestId } = contextOf(res);
  const headers = { ...credentialsIn(req), 'X-Request-Id': requestId };
  const server = createMcpServer(
    version,
    (request) => inner.ask(request, { headers, address: req.ip }),
    (scope) => hasScope(caller, scope),
  );
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
  try {
    await server.connect(transport);
    await transport.handleRequest(req, res, body);
    if (!res.closed) await new Promise((resolve) => res.once('close', resolve));
  } finally {
    await server.close();
  }
}

function credentialsIn(req: Request): Record<string, string> {
  const { authorization } = req.headers;
  const key = req.get('X-API-Key');
  return { ...(authorization !== undefined && { authorization }), ...(key !== undefined && { 'x-api-key': key }) };
}
