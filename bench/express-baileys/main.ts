/**
 * What people write themselves in an afternoon: bare Baileys with its own storage of files, an Express server, and one webhook for
 * each received message, posted once. It knows nothing of the bench. Settings: PORT, WEBHOOK_URL; sessions are in `sessions/` below the
 * working directory.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import express from 'express';
import { postOnce } from './post-once.ts';
import { Session } from './session.ts';

const FOLDER = 'sessions';
const { PORT = '3000', WEBHOOK_URL = '' } = process.env;

/** libsignal prints whole sessions, with their keys, on every change. */
Object.assign(globalThis.console, { info: () => undefined });

const sessions = new Map<string, Session>();
const app = express();
app.use(express.json());

app.get('/sessions', (_request, response) => response.json([...sessions.keys()]));

app.post('/sessions/:name', async (request, response) => {
  await open(request.params.name);
  response.json({ success: true });
});

app.get('/sessions/:name', (request, response) => {
  const { isConnected, qr } = sessions.get(request.params.name) ?? { isConnected: false, qr: undefined };
  response.json({ isConnected, qr });
});

app.post('/sessions/:name/messages', async (request, response) => {
  const { number, text } = request.body as { number: string; text: string };
  const id = await sessions.get(request.params.name)?.send(number, text);
  response.json({ success: id !== undefined, id });
});

mkdirSync(FOLDER, { recursive: true });
await Promise.all(readdirSync(FOLDER).map(open));
app.listen(Number(PORT), '127.0.0.1');

async function open(name: string): Promise<void> {
  const session = new Session(`${FOLDER}/${name}`, (message) => postOnce(WEBHOOK_URL, message));
  sessions.set(name, session);
  await session.connect();
}
