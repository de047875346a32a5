import type { Readable, Writable } from 'node:stream';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { Environment } from '../config/environment.ts';
import { TOOL_HEADER } from '../http/audit.ts';
import type { Rest, RestAnswer } from '../http/mcp/rest.ts';
import { createMcpServer } from '../http/mcp/tools.ts';
import { httpRequest } from '../kit/http-client.ts';
import { Secret } from '../kit/secret.ts';
import { VERSION } from '../version.ts';
import { CommandError } from './server-client.ts';

/** What `--help` prints. */
export const USAGE = `npm run mcp

Serves MCP on its standard input and output, for an AI agent that starts it (docs/agents.md): for the server at ORCHESTRATOR_URL
(http://127.0.0.1:3000), with the key in ORCHESTRATOR_API_KEY.
  --help, --version
`;

/** Where an MCP client writes to, and reads from. */
export interface Streams {
  input: Readable;
  output: Writable;
}

/**
 * The command `npm run mcp`: serves MCP on its standard input and output, for the server at `ORCHESTRATOR_URL` with the key in
 * `ORCHESTRATOR_API_KEY`. Resolves when the input ends.
 */
export async function runMcpCommand(environment: Environment, { input, output }: Streams): Promise<void> {
  const url = environment.ORCHESTRATOR_URL ?? 'http://127.0.0.1:3000';
  if (!URL.canParse(url)) throw new CommandError('ORCHESTRATOR_URL must be the URL of the server.\n');
  const key = environment.ORCHESTRATOR_API_KEY;
  const server = createMcpServer(VERSION, restAt(url.replace(/\/+$/, ''), key === undefined ? null : new Secret(key)));
  const ended = new Promise((resolve) => input.once('end', resolve).once('close', resolve));
  await server.connect(new StdioServerTransport(input, output));
  await ended;
  await server.close();
}

/** The REST interface of a server. */
function restAt(baseURL: string, key: Secret | null): Rest {
  return async ({ tool, method, path, body, idempotencyKey }) => {
    const headers = {
      ...{ 'content-type': 'application/json', [TOOL_HEADER]: tool },
      ...(key && { authorization: `Bearer ${key.reveal()}` }),
      ...(idempotencyKey !== undefined && { 'Idempotency-Key': idempotencyKey }),
    };
    try {
      const { status, data } = await httpRequest<string>({
        ...{ method, baseURL, url: path, headers, responseType: 'text' },
        ...(body && { data: JSON.stringify(body) }),
      });
      return { status, body: jsonOf(data) };
    } catch (error) {
      return unreachable(baseURL, error);
    }
  };
}

function unreachable(url: string, error: unknown): RestAnswer {
  const reason = error instanceof Error ? error.message : String(error);
  return { status: 0, body: { error: 'not_reachable', message: `No server answers at ${url}: ${reason}` } };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
