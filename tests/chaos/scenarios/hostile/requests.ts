import { once } from 'node:events';
import { type Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Played } from './act.ts';

/** A request of somebody who chooses every header, including `Host`. */
export interface HostileRequest {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** What came back; status 0 when there was no response. */
export interface HostileAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

/** How long a response may take, from the connection to its end. */
const ANSWER_MS = 5_000;
/** How soon the server says that it is healthy, whatever happens. */
const HEALTH_MS = 2_000;
const HEALTH_PAUSE_MS = 50;

/** Sends a request and reads the response, for a while if it has no end, on a connection of its own unless there is an agent. */
export function send(
  url: string,
  { method, path, headers = {}, body }: HostileRequest,
  agent: Agent | false = false,
): Promise<HostileAnswer> {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const outgoing = request(`${url}${path}`, { method, agent, headers: { ...length, ...headers } });
  outgoing.once('socket', () => {
    const timer = setTimeout(() => outgoing.destroy(), ANSWER_MS);
    outgoing.once('close', () => clearTimeout(timer));
  });
  const answered = new Promise<HostileAnswer>((resolve) => {
    outgoing.on('response', (response) => resolve(answerIn(response)));
    outgoing.on('error', (error) => resolve({ status: 0, headers: {}, text: String(error) }));
  });
  outgoing.end(body);
  return answered;
}

async function answerIn(response: IncomingMessage): Promise<HostileAnswer> {
  let text = '';
  response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  await once(response, 'end').catch(() => undefined);
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

/** Asks for the health of the server while `work` runs, on a new connection each time, and adds what came of it. */
export async function whileHealthy(url: string, work: () => Promise<Played>): Promise<Played> {
  const found = { asked: 0, slowestMs: 0, problems: [] as string[], isOver: false };
  const watching = watch(url, found);
  const played = await work().finally(() => (found.isOver = true));
  await watching;
  return {
    figure: `${played.figure}, /health ${found.asked} × within ${Math.ceil(found.slowestMs)} ms`,
    problems: [...played.problems, ...found.problems],
  };
}

async function watch(
  url: string,
  found: { asked: number; slowestMs: number; problems: string[]; isOver: boolean },
): Promise<void> {
  do {
    await pause(HEALTH_PAUSE_MS);
    const since = performance.now();
    const { status, text } = await Promise.race([
      send(url, { method: 'GET', path: '/health' }),
      pause(HEALTH_MS, { status: 0, text: `no answer within ${HEALTH_MS} ms` }, { ref: false }),
    ]);
    found.asked += 1;
    found.slowestMs = Math.max(found.slowestMs, performance.now() - since);
    if (status !== 200) found.problems.push(`GET /health: ${status} ${text}`);
  } while (!found.isOver);
}
