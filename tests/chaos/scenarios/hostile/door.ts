import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { RawClient } from '../../../api/raw.ts';
import { type Stage, waitFor } from '../../stage.ts';
import type { Act, Played, Scene } from './act.ts';
import { type HostileAnswer, type HostileRequest, send, whileHealthy } from './requests.ts';

/** A route of the REST interface. */
interface Route {
  method: string;
  path: string;
  /** Anybody may call it. */
  isPublic: boolean;
}

const DOCUMENT = new URL('../../../../docs/openapi.json', import.meta.url);
const JSON_BODY = { 'content-type': 'application/json' };
const EVIL = 'evil.example';
/** How a page of another site reaches a server on this machine. */
const PAGES: readonly Record<string, string>[] = [
  { origin: `https://${EVIL}` },
  { origin: 'null' },
  { origin: 'http://127.0.0.1.evil.example' },
  { host: EVIL },
  { host: '127.0.0.1.evil.example' },
  { host: EVIL, origin: `http://${EVIL}`, 'sec-fetch-site': 'same-origin' },
  { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
];
/** Addresses in this machine and in private networks, as URLs write them. */
const PRIVATE = [
  '127.0.0.1:PORT',
  '127.1:PORT',
  '2130706433:PORT',
  '0x7f000001:PORT',
  '0177.0.0.1:PORT',
  '0.0.0.0:PORT',
  'localhost:PORT',
  'user:word@127.0.0.1:PORT',
  '[::1]:PORT',
  '[::ffff:127.0.0.1]:PORT',
  '[64:ff9b::127.0.0.1]:PORT',
  '[fd00:ec2::254]',
  '169.254.169.254',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
];
/** Connections of strangers that the server keeps open, and those of others. */
const KEPT_OPEN = 500;
const OTHERS = 20;
/** Requests that wait on one connection, and more than may. */
const PATIENT = 16;
const TOO_MANY = 200;
/** How long connections stay that do not read. */
const UNREAD_MS = 1_000;

/** What programs and web pages can do that reach the REST interface. */
export const DOOR: readonly Act[] = [
  { name: 'pages of other sites', play: (scene) => watched(scene, callAsPage) },
  { name: 'HEAD of a QR', play: (scene) => watched(scene, askForHeads) },
  { name: 'bodies that expand', play: (scene) => watched(scene, sendExpanding) },
  { name: 'files from private networks', play: (scene) => watched(scene, fetchPrivate) },
  { name: 'connections that do not read', play: (scene) => watched(scene, doNotRead) },
  { name: 'requests that never end', play: (scene) => watched(scene, neverEnd) },
];

function watched(scene: Scene, play: (scene: Scene) => Promise<Played>): Promise<Played> {
  return whileHealthy(scene.stage.process.url, () => play(scene));
}

/** Calls every route as a page of another site: as each of them, or in a short run as one of them in turn. */
async function callAsPage(scene: Scene): Promise<Played> {
  const { stage, size } = scene;
  const before = await sessionIds(stage);
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const rounds = Array.from({ length: Math.floor(size.times / 10) }, () => PAGES).flat();
  const calls = routes().flatMap((route, index) =>
    (rounds.length > 0 ? rounds : [PAGES[index % PAGES.length]!]).map((page) => ({ route, page })),
  );
  const answers = await Promise.all(
    calls.map(({ route, page }) => send(stage.process.url, requestTo(route, page, scene), agent)),
  );
  agent.destroy();
  const judged = answers.map((answer, index) => wrongForPage(answer, calls[index]!));
  const refused = answers.filter(({ status }) => status === 403).length;
  return {
    figure: `${calls.length} requests of pages of other sites, ${refused} refused and the others public`,
    problems: [...judged.filter((problem) => problem !== undefined), ...(await sameSessions(stage, before))],
  };
}

function requestTo({ method, path }: Route, page: Record<string, string>, scene: Scene): HostileRequest {
  const { account } = scene;
  const ids = {
    sessionId: account.sessionId,
    groupId: account.group.jid,
    contactId: account.friend.number,
    messageId: 'ABC',
    id: '1',
    keyId: 'Zb3kQ9xY7mNp',
  };
  const filled = path.replace(/\{(\w+)\}/g, (_, name: keyof typeof ids) => encodeURIComponent(ids[name]));
  if (method !== 'POST' && method !== 'PATCH') return { method, path: filled, headers: page };
  const body = JSON.stringify({ number: account.friend.number, message: 'from a page' });
  return { method, path: filled, headers: { ...JSON_BODY, ...page }, body };
}

/** Public routes answer everybody, but no page may read what they say. */
function wrongForPage(
  { status, headers, text }: HostileAnswer,
  { route, page }: { route: Route; page: Record<string, string> },
): string | undefined {
  const isRight = route.isPublic ? status === 200 : status === 403 && text.includes('"error":"not_permitted"');
  const call = `${route.method} ${route.path} with ${JSON.stringify(page)}`;
  if (!isRight) return `${call} answered ${status} ${text.slice(0, 100)}`;
  return headers['access-control-allow-origin'] === undefined ? undefined : `${call} may be read by the page`;
}

/** Browsers and proxies send HEAD when they like: no session may come of it. */
async function askForHeads({ stage, size }: Scene): Promise<Played> {
  const before = await sessionIds(stage);
  const heads = Array.from({ length: size.times }, () =>
    send(stage.process.url, { method: 'HEAD', path: '/generate-qr' }),
  );
  const refused = (await Promise.all(heads)).filter(({ status }) => status === 405).length;
  return {
    figure: `${size.times} HEAD requests for a QR, ${refused} refused`,
    problems: [
      ...(refused === size.times ? [] : [`${size.times - refused} HEAD requests were not refused`]),
      ...(await sameSessions(stage, before)),
    ],
  };
}

/** Bodies that take little to send and much to hold, each with the refusal that is due. */
function expanding(): (HostileRequest & { due: RegExp })[] {
  const spaces = Buffer.alloc(16 * 1024 * 1024, ' ');
  const lists = `[${'[],'.repeat(100_000)}0]`;
  const plain = [
    { body: '['.repeat(200_000), due: /^400 .*nested more than/ },
    { body: '{"a":'.repeat(50_000), due: /^400 .*nested more than/ },
    { body: lists, due: /^400 .*values/ },
    { body: `{"message":"${'x'.repeat(600_000)}"}`, due: /^413 .*body_too_large/ },
  ].map((it) => ({ ...it, headers: JSON_BODY }));
  const packed = [
    { body: gzipSync(spaces), 'content-encoding': 'gzip' },
    { body: gzipSync(lists), 'content-encoding': 'gzip' },
    { body: deflateSync(spaces), 'content-encoding': 'deflate' },
    { body: brotliCompressSync(lists), 'content-encoding': 'br' },
  ].map(({ body, ...encoding }) => ({ body, headers: { ...JSON_BODY, ...encoding }, due: /^415 .*compressed/ }));
  return [...plain, ...packed].map((it) => ({ ...it, method: 'POST', path: '' }));
}

async function sendExpanding({ stage, account, size }: Scene): Promise<Played> {
  const paths = [`/sessions/${account.sessionId}/send-message`, '/callbacks/replay', '/tokens'];
  const bodies = expanding();
  const problems: string[] = [];
  for (let round = 0; round < size.times; round += 1) {
    const path = paths[round % paths.length]!;
    const answers = await Promise.all(bodies.map((body) => send(stage.process.url, { ...body, path })));
    const lines = answers.map(({ status, text }) => `${status} ${text}`);
    problems.push(...lines.filter((line, index) => !bodies[index]!.due.test(line)).map((line) => `${path}: ${line}`));
  }
  const count = size.times * bodies.length;
  return { figure: `${count} bodies that expand, ${count - problems.length} refused`, problems };
}

/** Lets the server fetch files from where only it can. */
async function fetchPrivate({ stage, account, size }: Scene): Promise<Played> {
  let fetched = 0;
  const host = createServer((_request, response) => {
    fetched += 1;
    response.end('secret');
  }).listen(0, '127.0.0.1');
  await once(host, 'listening');
  const { port } = host.address() as AddressInfo;
  const names = Array.from({ length: Math.ceil(size.times / 10) }, () => PRIVATE).flat();
  const urls = [...names.map((name) => `http://${name.replace('PORT', String(port))}/secret`), 'file:///etc/passwd'];
  const problems: string[] = [];
  for (const url of urls) {
    const body = { type: 'image', number: account.friend.number, file: { url } };
    const answer = await stage.process.post(`/sessions/${account.sessionId}/messages`, body);
    if (answer.body.error !== 'url_not_allowed') problems.push(`${url}: ${answer.status} ${String(answer.body.error)}`);
  }
  host.close();
  return {
    figure: `${urls.length} URLs into private networks, ${urls.length - problems.length} refused`,
    problems: [...problems, ...(fetched === 0 ? [] : [`${fetched} of them were fetched`])],
  };
}

/** Asks for large documents on many connections, and reads none; some ask for more than may wait. */
async function doNotRead({ stage, size }: Scene): Promise<Played> {
  const port = Number(new URL(stage.process.url).port);
  const clients = await Promise.all(Array.from({ length: size.times * 4 }, () => RawClient.to(port)));
  for (const client of clients) {
    client.stopReading();
    client.write('GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(PATIENT));
  }
  const pushing = await Promise.all(Array.from({ length: size.times }, () => RawClient.to(port)));
  const closed = countClosed(pushing);
  pushing.forEach((client) => client.write('GET /sessions HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(TOO_MANY)));
  await waitFor(() => closed() >= pushing.length, size.patienceMs);
  const { status, text } = await send(stage.process.url, { method: 'GET', path: '/openapi.json' });
  await pause(UNREAD_MS);
  const figure =
    `${clients.length} connections that do not read ${PATIENT} documents each, ` +
    `${closed()} of ${pushing.length} with ${TOO_MANY} requests at once closed`;
  [...clients, ...pushing].forEach((client) => client.leave());
  return {
    figure,
    problems: [
      ...(closed() >= pushing.length ? [] : [`connections with ${TOO_MANY} requests at once stay open`]),
      ...(status === 200 && text.endsWith('}') ? [] : [`somebody who reads got ${status}`]),
    ],
  };
}

/** Opens more connections than strangers get, with requests that stop midway. */
async function neverEnd({ stage, account, size }: Scene): Promise<Played> {
  const port = Number(new URL(stage.process.url).port);
  const post = `POST /sessions/${account.sessionId}/send-message HTTP/1.1\r\nHost: localhost\r\n`;
  const halves = ['GET /sessions HTTP/1.1\r\nHost: local', `${post}Content-Type: application/js`];
  const clients: RawClient[] = [];
  for (let count = 0; count < KEPT_OPEN + OTHERS + size.times; count += 1) {
    const client = await RawClient.to(port);
    client.write(halves[count % halves.length]!);
    clients.push(client);
  }
  const bodies = await Promise.all(Array.from({ length: size.times }, () => RawClient.to(port)));
  bodies.forEach((client) => client.write(`${post}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{`));
  const closed = countClosed(clients);
  await waitFor(() => closed() >= size.times, size.patienceMs);
  const answer = await stage.process.get('/sessions');
  const figure = `${clients.length + bodies.length} requests that stop midway, ${closed()} of the oldest closed`;
  const problems = [
    ...(closed() >= size.times ? [] : [`only ${closed()} of the oldest were closed`]),
    ...(answer.status === 200 ? [] : [`somebody else got ${answer.status}`]),
  ];
  [...clients, ...bodies].forEach((client) => client.leave());
  return { figure, problems };
}

/** Counts the connections that the server has closed, before we leave. */
function countClosed(clients: readonly RawClient[]): () => number {
  let closed = 0;
  clients.forEach((client) => void client.closed().then(() => (closed += 1)));
  return () => closed;
}

function routes(): Route[] {
  const { paths } = JSON.parse(readFileSync(DOCUMENT, 'utf8')) as {
    paths: Record<string, Record<string, { security?: unknown[] }>>;
  };
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { security }]) => ({
      ...{ method: method.toUpperCase(), path },
      isPublic: security?.length === 0,
    })),
  );
}

async function sessionIds({ process }: Stage): Promise<string> {
  const { body } = await process.get('/sessions');
  return (body.data as { session_id: string }[]).map((session) => session.session_id).join();
}

async function sameSessions(stage: Stage, before: string): Promise<string[]> {
  const after = await sessionIds(stage);
  return after === before ? [] : [`the sessions were ${before} and are ${after}`];
}
