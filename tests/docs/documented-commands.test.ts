import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { freePort } from '../harness/free-port.ts';
import { ask } from '../harness/ask.ts';
import { OrchestratorProcess } from '../harness/orchestrator-process.ts';
import { World } from '../harness/world.ts';
import { type Block, type Command, documentedBlocks } from './commands.ts';
import { ELSEWHERE, isTriedElsewhere } from './elsewhere.ts';
import { Reader } from './reader.ts';

const ROOT = new URL('../../', import.meta.url);
const PICTURE = readFileSync(new URL('demo/media/cup.jpg', ROOT));
const API_KEY = 'the-key-of-the-house';
const headers = { authorization: `Bearer ${API_KEY}` };

const blocks = documentedBlocks();
const all = blocks.flatMap(({ commands }) => commands.map(({ text }) => text));
const here = blocks
  .map((block) => ({ ...block, commands: block.commands.filter(({ text }) => !isTriedElsewhere(text)) }))
  .filter(({ commands }) => commands.length > 0);

let world: World;
let pictures: Server;
let server: OrchestratorProcess;
let reader: Reader;
/** What the pages write as an example, and what it is here. */
let real: [string, string][];

beforeAll(async () => {
  world = await World.start({}, { start: false });
  pictures = createServer((_request, response) => response.setHeader('content-type', 'image/jpeg').end(PICTURE));
  await once(pictures.listen(0, '127.0.0.1'), 'listening');
  const port = String(await freePort());
  const settings = { ...world.environment, API_KEY, PORT: port, MEDIA_URL_ALLOWED_HOSTS: '127.0.0.1' };
  server = await OrchestratorProcess.start(settings);
  const sessionId = await connect();
  const callbackId = await aCallbackThatWaits(sessionId);
  const key = await ask(`${server.url}/keys`, { method: 'POST', headers, body: { scopes: ['sessions:read'] } });
  real = [
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
    { '.env': env.join('\n'), 'logs.txt': server.output, 'photo.jpg': PICTURE, 'playa.jpg': PICTURE },
  );
});

afterAll(async () => {
  await reader[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  pictures.close();
  await world[Symbol.asyncDispose]();
});

/** A session whose account is linked, and the customer whom the pages write to. */
async function connect(): Promise<string> {
  world.whatsapp.phone('5491234567890');
  const { body } = await ask(`${server.url}/generate-qr`, { method: 'GET', headers });
  await world.whatsapp.phone('5491166778899').scan(body.qrText);
  await world.backend.next('new-session-connected');
  return body.sessionId;
}

/** One that the backend does not take. */
async function aCallbackThatWaits(sessionId: string): Promise<number> {
  world.backend.answerWith(({ path }) => (path.endsWith('messages/received') ? 503 : 200));
  await world.whatsapp.phone('5491234567890').sendText('5491166778899', 'hola');
  await world.backend.next('messages/received', { evenRefused: true });
  const url = `${server.url}/callbacks?state=pending&sessionId=${sessionId}`;
  const { body } = await ask(url, { method: 'GET', headers });
  return body.data[0].id;
}

/** curl's exit code when `--max-time` is over. */
const CUT_OFF = 28;

/** What goes on until somebody stops it: here curl itself, after two seconds. */
function isEndless({ text }: Command): boolean {
  return text.startsWith('curl -N ');
}

function asHere(text: string): string {
  return real.reduce((script, [example, value]) => script.replaceAll(example, value), text);
}

/** The commands before it that set variables, then the command: what it prints is its own. */
function scriptOf({ commands }: Block, command: Command): string {
  const before = commands.slice(0, commands.indexOf(command)).filter(({ text }) => /^[A-Z_]+=\S+/.test(text));
  const script = asHere([...before, command].map(({ text }) => text).join('\n'));
  return isEndless(command) ? `${script} --max-time 2` : script;
}

describe.each(here.map((block) => [block.pages.join(', '), block] as const))(
  'what %s says to type',
  (_pages, block) => {
    it.each(block.commands.map((command) => [command.text, command] as const))('%s', async (_text, command) => {
      const { code, out, err } = await reader.types(scriptOf(block, command));

      expect({ code, out, err }).toMatchObject(isEndless(command) ? { code: CUT_OFF } : { code: 0 });
      expect(out.includes('event: ready')).toBe(isEndless(command));
      if (command.answer) expect(Object.keys(JSON.parse(out) as object)).toEqual(command.answer);
    });
  },
);

describe('what is typed elsewhere', () => {
  it.each(ELSEWHERE)('has a proof there: $begins', ({ begins, file, says }) => {
    expect(readFileSync(new URL(file, ROOT), 'utf8')).toContain(says);
    expect(all.some((text) => text.startsWith(begins))).toBe(true);
  });

  it('leaves something to be typed here', () => {
    expect(here.length).toBeGreaterThan(5);
  });
});
