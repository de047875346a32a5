/**
 * A gateway on the library `wa-multi-session`, as its README shows it, with the interface of `bench/express-baileys`. Settings: PORT,
 * WEBHOOK_URL, PACKAGES (the folder that the library is installed in); sessions are in `wa_credentials/` below the working directory.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import express from 'express';
import { postOnce } from '../express-baileys/post-once.ts';

/** What is used of the library. */
interface Library {
  startSession(name: string, options: { printQR: boolean }): Promise<unknown>;
  loadSessionsFromStorage(): void;
  sendTextMessage(message: { sessionId: string; to: string; text: string }): Promise<unknown>;
  onQRUpdated(listener: (update: { sessionId: string; qr: string }) => void): void;
  onConnected(listener: (name: string) => void): void;
  onDisconnected(listener: (name: string) => void): void;
  onMessageReceived(listener: (message: { key: { fromMe?: boolean } }) => void): void;
}

const { PORT = '3000', WEBHOOK_URL = '', PACKAGES = '' } = process.env;
const library = createRequire(join(PACKAGES, 'package.json'))('wa-multi-session') as Library;

/** It prints the QRs of restored sessions, and libsignal whole sessions with their keys. */
Object.assign(globalThis.console, { log: () => undefined, info: () => undefined });

const qrs = new Map<string, string>();
const connected = new Set<string>();
library.onQRUpdated(({ sessionId, qr }) => qrs.set(sessionId, qr));
library.onConnected((name) => connected.add(name));
library.onDisconnected((name) => connected.delete(name));
library.onMessageReceived((message) => {
  if (!message.key.fromMe) void postOnce(WEBHOOK_URL, message);
});

const app = express();
app.use(express.json());

app.get('/sessions', (_request, response) => response.json([...connected]));

app.post('/sessions/:name', async (request, response) => {
  await library.startSession(request.params.name, { printQR: false });
  response.json({ success: true });
});

app.get('/sessions/:name', (request, response) => {
  const { name } = request.params;
  response.json({ isConnected: connected.has(name), qr: qrs.get(name) });
});

app.post('/sessions/:name/messages', async (request, response) => {
  const { number, text } = request.body as { number: string; text: string };
  await library.sendTextMessage({ sessionId: request.params.name, to: number, text });
  response.json({ success: true });
});

library.loadSessionsFromStorage();
app.listen(Number(PORT), '127.0.0.1');
