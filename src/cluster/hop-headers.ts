import type { IncomingMessage } from 'node:http';

/** Headers as Node has them: names and values in turn, as on the wire. */
type RawHeaders = readonly string[];

/** Those that are about one connection, not about the message. */
const OF_CONNECTION = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/**
 * `100-continue` is between two nodes again; `x-wa-…` is what nodes tell each other, and nobody else. Where a body ends is never left
 * to the client's headers: it could name its `Content-Length` one of the connection, and its body would be the next request.
 */
const OWN_REQUEST_HEADER = /^(?:expect|x-wa-.*|x-forwarded-for|x-request-id|content-length)$/;
/** Marks a request that came without a body. */
const EMPTY_HEADER = 'x-wa-empty';
/** Of a body that was read here, and is written anew. */
const OF_BODY = /^content-(?:type|encoding)$/;

/** Whether the request announces a body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** How a request is framed on its way to another node. */
export interface RequestFraming {
  /** Replaces the body. */
  json?: Buffer | undefined;
  /** It has no body, and changes something: as one with an empty body, whose end can wait until the node agrees. */
  isEmptyChange?: boolean;
}

/**
 * The headers with which a request is forwarded: those it came with, without those of its connection. The client's address is
 * appended to `X-Forwarded-For`, as proxies do.
 */
export function requestHeaders(
  request: IncomingMessage,
  requestId: string,
  { json, isEmptyChange = false }: RequestFraming = {},
): string[] {
  const { rawHeaders, headers, socket } = request;
  const dropped = (name: string): boolean =>
    OWN_REQUEST_HEADER.test(name) || (json !== undefined && OF_BODY.test(name));
  const addresses = [headers['x-forwarded-for'], socket.remoteAddress].flat().filter((text) => text !== undefined);
  return [
    ...endToEnd(rawHeaders, headers.connection, dropped),
    ...(addresses.length > 0 ? ['X-Forwarded-For', addresses.join(', ')] : []),
    ...['X-Request-Id', requestId],
    ...(json === undefined ? [] : ['Content-Type', 'application/json', 'Content-Length', `${json.length}`]),
    ...(isEmptyChange ? ['Transfer-Encoding', 'chunked', EMPTY_HEADER, '1'] : []),
    ...(json === undefined && !isEmptyChange ? framing(request) : []),
  ];
}

/** For the app of this node, a request whose empty body was only there to be waited for has none. */
export function withoutEmptyBody({ headers }: IncomingMessage): void {
  if (headers[EMPTY_HEADER] === undefined) return;
  delete headers['transfer-encoding'];
  headers['content-length'] = '0';
}

/** How the end of the body is recognized. Where both headers are there, Node goes by the chunks. */
function framing({ headers }: IncomingMessage): string[] {
  if (headers['transfer-encoding'] !== undefined) return ['Transfer-Encoding', 'chunked'];
  const length = headers['content-length'];
  return length === undefined ? [] : ['Content-Length', length];
}

/** The headers of another node's response, for the client: without those of the connection between the nodes. */
export function responseHeaders({ rawHeaders, headers }: IncomingMessage): string[] {
  return endToEnd(rawHeaders, headers.connection, (name) => name.startsWith('x-wa-'));
}

function endToEnd(raw: RawHeaders, connection: string | undefined, isDropped: (name: string) => boolean): string[] {
  const named = (connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const ofConnection = new Set([...OF_CONNECTION, ...named]);
  const isKept = (name: string): boolean => !ofConnection.has(name) && !isDropped(name);
  return raw.filter((_, at) => isKept((raw[at - (at % 2)] ?? '').toLowerCase()));
}
