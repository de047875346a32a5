import type { Request, Response } from 'express';
import type { AuditEntry } from '../domain/audit.ts';
import type { Clock } from '../kit/clock.ts';
import type { SessionId } from '../domain/session-id.ts';
import { type Caller, NOBODY } from './access/caller.ts';

/** The header in which the MCP server names the tool that makes a request. */
export const TOOL_HEADER = 'X-MCP-Tool';

const TOOL = /^[a-z_]{1,40}$/;
const READING = ['GET', 'HEAD', 'OPTIONS'];
/** Their tool calls are requests of their own, which are recorded. */
const UNRECORDED = ['/mcp'];

/** What is known of a request when it is answered. */
interface Asked {
  caller: Caller;
  route: string | null;
  sessionId: SessionId | null;
  requestId: string;
  /** Set for requests of other nodes. */
  hop: unknown;
}

/**
 * The entry of a request in the audit log; `undefined` for one that changes nothing, and for callers without access: nobody fills the log
 * from outside. A request that another node passed on is recorded there.
 */
export function auditEntryOf(asked: Asked, res: Response, clock: Clock): AuditEntry | undefined {
  const { caller, route, sessionId, requestId, hop } = asked;
  const tool = toolOf(res.req);
  const isRecorded = tool !== null || !READING.includes(res.req.method);
  if (!isRecorded || route === null || UNRECORDED.includes(route)) return undefined;
  if (hop !== undefined || caller === NOBODY) return undefined;
  return {
    ...{ atMs: clock.now(), caller: caller.isOpen ? null : caller.id, method: res.req.method, route, tool, sessionId },
    ...{ status: res.writableFinished ? res.statusCode : null, requestId },
  };
}

/** Whoever may call tools may also name one; it counts as what the caller says. */
function toolOf(req: Request): string | null {
  const tool = req.get(TOOL_HEADER);
  return tool !== undefined && TOOL.test(tool) ? tool : null;
}
