import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '../harness/free-port.ts';
import { ask } from '../harness/ask.ts';
import { OrchestratorProcess } from '../harness/orchestrator-process.ts';
import { World } from '../harness/world.ts';
import { type Block, type Command, documentedBlocks } from './commands.ts';
import { ELSEWHERE, isTestedElsewhere } from './elsewhere.ts';
import { backendOfFirstSteps } from './first-steps.ts';
import { Reader } from './reader.ts';

const ROOT = new URL('../../', import.meta.url);
const PICTURE = readFileSync(new URL('demo/media/cup.jpg', ROOT));
const API_KEY = 'the-key-of-the-house';
const headers = { authorization: `Bearer ${API_KEY}` };

const blocks = documentedBlocks();
const all = blocks.flatMap(({ commands }) => commands.map(({ text }) => text));
const here = blocks
  .map((block) => ({ ...block, commands: block.commands.filter(({ text }) => !isTestedElsewhere(text)) }))
  .filter(({ commands }) => commands.length > 0);

let world: World;
let pictures: Server;
let server: OrchestratorProcess;
let reader: Reader;
/** Where the backend of the first steps listens. */
let backendPort: number;
/** The placeholders of the pages, and their values here. */
let placeholders: [string, string][];

beforeAll(async () => {
  world = await World.start({}, { start: false });
  pictures = createServer((_request, response) => response.setHeader('content-type', 'image/jpeg').end(PICTURE));
  await once(pictures.listen(0, '127.0.0.1'), 'listening');
  const port = String(await freePort());
  backendPort = await freePort();
  const settings = { ...world.environment, API_KEY, PORT: port, MEDIA_URL_ALLOWED_HOSTS: '127.0.0.1' };
  server = await OrchestratorProcess.start(settings);
  const sessionId = await linkAccount();
  const callbackId = await createPendingCallback(sessionId);
  const key = await ask(`${server.url}/keys`, { method: 'POST', headers, body: { scopes: ['sessions:read'] } });
  placeholders = [
    ['localhost:3000', `127.0.0.1:${port}`],
    ['session_1705312200123_abc123def', sessionId],
    ['session_1234', sessionId],
    ['callbacks/4711', `callbacks/${callbackId}`],
    ['<API_KEY>', API_KEY],
    ['Zb3kQ9xY7mNp', key.body.data.keyId],
    ['https://example.com/photo.jpg', `http://127.0.0.1:${(pictures.address() as AddressInfo).port}/photo.jpg`],
    ['/9j/4AAQSkZJRg…', PICTURE.toString('base64')],
  ];
  const env = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  reader = await Reader.start(
    {
      API_KEY,
      KEY: `Authorization: ${headers.authorization}`,
      MESSAGES: `${server.url}/sessions/${sessionId}/messages`,
    },
    {
      ...{ '.env': env.join('\n'), 'logs.txt': server.output, 'photo.jpg': PICTURE, 'playa.jpg': PICTURE },
      ...{ 'backend.mjs': backendOfFirstSteps(backendPort), 'page.html': '<title>A page</title>' },
    },
  );
});

afterAll(async () => {
  await reader[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  pictures.close();
  await world[Symbol.asyncDispose]();
});

/** Links an account, and creates the phone that the pages write to. Resolves with the id of the session. */
async function linkAccount(): Promise<string> {
  world.whatsapp.phone('5491234567890');
  const { body } = await ask(`${server.url}/generate-qr`, { method: 'GET', headers });
  await world.whatsapp.phone('5491166778899').scan(body.qrText);
  await world.backend.next('new-session-connected');
  return body.sessionId;
}

/** Creates a callback that the backend rejects. Resolves with its id. */
async function createPendingCallback(sessionId: string): Promise<number> {
  world.backend.answerWith(({ path }) => (path.endsWith('messages/received') ? 503 : 200));
  await world.whatsapp.phone('5491234567890').sendText('5491166778899', 'hola');
  await world.backend.next('messages/received', { evenRefused: true });
  const url = `${server.url}/callbacks?state=pending&sessionId=${sessionId}`;
  const { body } = await ask(url, { method: 'GET', headers });
  return body.data[0].id;
}

/** The exit code of curl when `--max-time` expires. */
const CURL_TIMEOUT = 28;

/** Whether a command runs until it is stopped. Here curl stops itself after two seconds. */
function isEndless({ text }: Command): boolean {
  return text.startsWith('curl -N ');
}

function fillIn(text: string): string {
  return placeholders.reduce((script, [example, value]) => script.replaceAll(example, value), text);
}

/** The command, after those commands of its block that set variables. */
function scriptOf({ commands }: Block, command: Command): string {
  const before = commands.slice(0, commands.indexOf(command)).filter(({ text }) => /^[A-Z_]+=\S+/.test(text));
  const script = fillIn([...before, command].map(({ text }) => text).join('\n'));
  return isEndless(command) ? `${script} --max-time 2` : script;
}

describe.each(here.map((block) => [block.pages.join(', '), block] as const))('the commands in %s', (_pages, block) => {
  it.each(block.commands.map((command) => [command.text, command] as const))('%s', async (_text, command) => {
    const { code, out, err } = await reader.run(scriptOf(block, command));

    expect({ code, out, err }).toMatchObject(isEndless(command) ? { code: CURL_TIMEOUT } : { code: 0 });
    expect(out.includes('event: ready')).toBe(isEndless(command));
    if (command.answer) expect(Object.keys(JSON.parse(out) as object)).toEqual(command.answer);
  });
});

describe('the programs of docs/first-steps.md', () => {
  it('a backend that shows what arrives, of which check-backend says what it lacks', async () => {
    await using backend = await reader.launch('node backend.mjs', backendPort);
    // What `npm run setup` has written.
    const secret = 'CALLBACK_SECRET=whsec_ZG9uJ3QgdXNlIHRoaXMgb25lLCBtYWtlIHlvdXIgb3du';
    const { code, out } = await reader.run(`${secret} npm run check-backend -- http://localhost:${backendPort}`);

    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringMatching(/warning .*an event without signature/),
    });
    expect(out).toContain(' 0 wrong');
    for (const path of ['sessions/qr-update', 'sessions/new-session-connected', 'messages/received']) {
      expect(backend.output).toContain(`/api/whatsapp/${path} {"`);
    }
  });

  const hasPython = spawnSync('python3', ['--version']).status === 0;
  (hasPython ? it : it.skip)('a server for a page', async () => {
    const port = await freePort();
    const command = 'python3 -m http.server 8080 --bind 127.0.0.1';
    expect(all).toContain(command);
    await using server = await reader.launch(command.replace('8080', String(port)), port);
    const page = await (await fetch(`http://127.0.0.1:${port}/page.html`)).text();

    expect([page, server.output]).toEqual(['<title>A page</title>', expect.any(String)]);
  });
});

describe('the commands that are tested elsewhere', () => {
  it.each(ELSEWHERE)('have a test: $prefix', ({ prefix, file, contains }) => {
    expect(readFileSync(new URL(file, ROOT), 'utf8')).toContain(contains);
    expect(all.some((text) => text.startsWith(prefix))).toBe(true);
  });

  it('leave commands to test here', () => {
    expect(here.length).toBeGreaterThan(5);
  });
});
