import express from 'express';
import { systemRandom } from '../../../src/kit/random.ts';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { ErrorCode } from '../../../src/domain/errors.ts';
import type { OutgoingFile } from '../../../src/domain/outgoing.ts';
import { singleNode } from '../../../src/cluster/local.ts';
import { addRoutes } from '../../../src/http/dispatch.ts';
import { lastCatch } from '../../../src/http/errors.ts';
import { fileField } from '../../../src/http/files/file-field.ts';
import { listField, numberField } from '../../../src/http/files/form-fields.ts';
import { FileIntake, type FileSettings } from '../../../src/http/files/request-files.ts';
import { Idempotency } from '../../../src/http/idempotency.ts';
import { requestContext } from '../../../src/http/request-context.ts';
import { type FileOpener, ok, route } from '../../../src/http/route.ts';
import { startHttpServer } from '../../../src/http/server.ts';
import { SkippingClock } from '../../harness/skipping-clock.ts';
import { untilTrue } from '../../harness/until.ts';
import { FILES, startApi } from '../support.ts';

/** A file as the route saw it. */
export interface SeenFile extends OutgoingFile {
  content: Buffer;
  /** Permissions of the file, and of its folder. */
  modes: string[];
}

/** What the route received. */
export interface Seen {
  body: Record<string, unknown>;
  file?: SeenFile;
}

const answer = z.strictObject({ success: z.literal(true), count: z.number() });

/** A route that accepts a file like those that send messages, and only inspects it. */
function lookingRoute(look: (body: Seen['body'], files: FileOpener) => Promise<number>) {
  return route({
    method: 'post',
    path: '/files',
    scope: 'none',
    summary: 'Look at a file',
    description: 'Looks at it.',
    body: z.object({
      caption: z.string().optional(),
      latitude: numberField.optional(),
      mentions: listField(z.string(), 'must be a list of texts').optional(),
      poll: z.object({ options: z.array(z.string()) }).optional(),
      file: fileField.optional(),
    }),
    refusals: { file: 'invalid_file' },
    files: true,
    answer,
    statuses: { 200: 'It was looked at.' },
    example: { body: {}, answer: { success: true, count: 1 } },
    errors: [],
    idempotent: true,
    handler: async (_core, { body, files }) => ok({ count: await look(body, files) }),
  });
}

async function seenFile(file: OutgoingFile): Promise<SeenFile> {
  const modes = await Promise.all([file.path, dirname(file.path)].map(async (path) => (await stat(path)).mode));
  return { ...file, content: await readFile(file.path), modes: modes.map((mode) => (mode & 0o777).toString(8)) };
}

/** A server with one route that accepts a file, and its own folder for temporary files. */
export async function startFilesServer(settings: Partial<FileSettings> = {}) {
  const temporaryDir = await mkdtemp(join(tmpdir(), 'files-test-'));
  const clock = new SkippingClock();
  const { log, answers, lines } = startApi();
  const seen: Seen[] = [];
  const during = { lookingAt: (): Promise<unknown> => Promise.resolve() };
  const looking = lookingRoute(async ({ file, ...body }, files) => {
    seen.push({ body, ...(file !== undefined && { file: await seenFile(await files.open(file as never)) }) });
    await during.lookingAt();
    return seen.length;
  });
  const app = express().use(requestContext(log, clock));
  addRoutes(app, [looking], {
    core: undefined as never,
    cluster: singleNode,
    idempotency: new Idempotency({ store: answers, clock, random: systemRandom, log }),
    files: new FileIntake({ ...FILES, clock, temporaryDir, ...settings }),
    compressedBodies: false,
    watch: () => undefined,
  });
  app.use(lastCatch);
  const drain = () => Promise.resolve();
  const server = await startHttpServer(Object.assign(app, { drain }), { host: '127.0.0.1', port: 0, clock, log });
  return {
    ...{ clock, lines, seen, during, temporaryDir, port: server.port, url: `${server.url}/files` },
    /** Resolves when the route has received this many bodies. */
    untilSeen: (count: number) => untilTrue(() => Promise.resolve(seen.length >= count)),
    /** The remaining temporary files. */
    leftovers: () => readdir(temporaryDir),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await rm(temporaryDir, { recursive: true });
    },
  };
}

/** The response to a request. */
export interface FileAnswer {
  status: number;
  error?: ErrorCode;
  message?: string;
}

/** Posts a form, or anything else as JSON. */
export async function post(
  url: string,
  body: FormData | object,
  headers: Record<string, string> = {},
): Promise<FileAnswer> {
  const isForm = body instanceof FormData;
  const response = await fetch(url, {
    method: 'POST',
    body: isForm ? body : JSON.stringify(body),
    headers: { ...(!isForm && { 'Content-Type': 'application/json' }), ...headers },
  });
  const { error, message } = (await response.json()) as { error?: ErrorCode; message?: string };
  return { status: response.status, ...(error && { error }), ...(message && { message }) };
}

/** Posts the URL of a file. */
export function postUrl(url: string, fileUrl: string, more: object = {}): Promise<FileAnswer> {
  return post(url, { file: { url: fileUrl, ...more } });
}

/** A file server that records its requests. */
export async function startFileHost(listener: RequestListener) {
  const requests: { url: string | undefined; headers: Record<string, unknown> }[] = [];
  const server: Server = createServer((req, res) => {
    requests.push({ url: req.url, headers: req.headers });
    listener(req, res);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...{ port, requests, url: `http://127.0.0.1:${port}` },
    /** Resolves when it has no connections left. */
    async untilLeft(): Promise<void> {
      while ((await connectionsOf(server)) > 0) await new Promise((resolve) => setImmediate(resolve));
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
}
