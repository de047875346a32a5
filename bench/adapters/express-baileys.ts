/** `bench/express-baileys`: bare Baileys with a small server, pointed at the simulator from outside. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { GatewayAdapter } from '../gateway/adapter.ts';
import { callJson } from '../gateway/json-api.ts';

const ENTRY = fileURLToPath(new URL('../express-baileys/main.ts', import.meta.url));
const POINT_BAILEYS = new URL('../preload/point-baileys.ts', import.meta.url);
const BAILEYS = new URL('../../node_modules/@whiskeysockets/baileys/package.json', import.meta.url);

export const adapter: GatewayAdapter = {
  name: 'express-baileys',
  // It has none of its own.
  version: (JSON.parse(readFileSync(BAILEYS, 'utf8')) as { version: string }).version,
  launch: ({ port, webhookUrl, whatsapp }) => ({
    command: process.execPath,
    args: [`--import=${POINT_BAILEYS.href}`, ENTRY],
    env: {
      NODE_ENV: 'production',
      PORT: String(port),
      WEBHOOK_URL: `${webhookUrl}/webhook`,
      BENCH_WS_URL: whatsapp.wsUrl,
      BENCH_ROOT_KEY: whatsapp.rootKey,
    },
  }),
  api: ({ port }) => {
    const url = (path: string): string => `http://127.0.0.1:${port}/sessions${path}`;
    const status = (session: string) => callJson<{ isConnected: boolean; qr?: string }>(url(`/${session}`));
    return {
      isReady: async () => Array.isArray(await callJson(url(''))),
      begin: async (name) => {
        await callJson(url(`/${name}`), { method: 'POST' });
        return name;
      },
      qr: async (session) => (await status(session)).qr,
      isConnected: async (session) => (await status(session)).isConnected,
      send: async (session, number, text) => {
        await callJson(url(`/${session}/messages`), { method: 'POST', body: { number, text } });
      },
    };
  },
  receivedText: ({ body }) => {
    const { message } = body as { message?: { conversation?: string; extendedTextMessage?: { text?: string } } };
    return message?.conversation ?? message?.extendedTextMessage?.text;
  },
};
