import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpApp } from '../../src/http/server.ts';
import { answerComplaint } from '../harness/openapi-conformance.ts';

/** The violations in the responses of the current test. */
const complaints: string[] = [];

afterEach(() => expect(complaints.splice(0)).toEqual([]));

/** Checks every response of the app against docs/openapi.json; a test with a violation fails. */
export function heldToDocument(app: HttpApp): HttpApp {
  const held = app as HttpApp & { handle(req: IncomingMessage, res: ServerResponse, next: unknown): void };
  const handle = held.handle.bind(app);
  held.handle = (req, res, next) => {
    if (!isOther(req)) watch(req, res);
    handle(req, res, next);
  };
  return app;
}

/** The address alone, the dashboard's files and MCP are not part of the REST API. */
function isOther({ url = '' }: IncomingMessage): boolean {
  return url === '/' || url.startsWith('/dashboard') || url === '/mcp';
}

/** Checks a response before its last chunk is sent, so that the test cannot be over before. */
function watch(req: IncomingMessage, res: ServerResponse): void {
  const pieces: Buffer[] = [];
  const [write, end] = [res.write.bind(res), res.end.bind(res)] as ((...given: unknown[]) => never)[];
  const keep = (piece: unknown) => {
    if (typeof piece === 'string' || piece instanceof Uint8Array) pieces.push(Buffer.from(piece));
  };
  res.write = (...given: unknown[]) => {
    keep(given[0]);
    return write!(...given);
  };
  res.end = (...given: unknown[]) => {
    keep(given[0]);
    const { method = '', url = '' } = req;
    const contentType = (res.getHeader('content-type') as string | undefined) ?? null;
    const text = Buffer.concat(pieces).toString();
    const body: unknown = contentType?.startsWith('application/json') ? JSON.parse(text || 'null') : text;
    // 421 is for other nodes, and for nobody else.
    const complaint =
      res.statusCode === 421 ? undefined : answerComplaint({ method, url, status: res.statusCode, contentType, body });
    if (complaint !== undefined) complaints.push(complaint);
    return end!(...given);
  };
}
