/** The orchestrator of this checkout, as `npm start` runs it in production. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VERSION } from '../../src/version.ts';
import type { GatewayAdapter } from '../gateway/adapter.ts';
import { callJson } from '../gateway/json-api.ts';
import { LIFTED_LIMITS, MASTER_KEY } from '../parties/orchestrator.ts';
import { START_OPTIONS } from '../parties/start-options.ts';

const ENTRY = fileURLToPath(new URL('../../bin/whatsapp-orchestrator.js', import.meta.url));
const API_KEY = 'the-key-of-the-bench';
const RECEIVED = '/api/whatsapp/messages/received';

export const adapter: GatewayAdapter = {
  name: 'orchestrator',
  version: VERSION,
  launch: ({ folder, port, webhookUrl, whatsapp }) => ({
    command: process.execPath,
    args: [...START_OPTIONS, ENTRY],
    // No .env is there.
    cwd: folder,
    env: {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: String(port),
      API_KEY,
      MASTER_KEY,
      LOG_FORMAT: 'json',
      AUTH_DIR: join(folder, 'auth_sessions'),
      DOWNLOADS_DIR: join(folder, 'downloads'),
      BACKEND_BASE_URL: webhookUrl,
      WHATSAPP_WS_URL: whatsapp.wsUrl,
      WHATSAPP_ROOT_KEY: whatsapp.rootKey,
      WHATSAPP_MEDIA_HOST: whatsapp.mediaHost,
      ...LIFTED_LIMITS,
    },
  }),
  api: ({ port }) => {
    const headers = { authorization: `Bearer ${API_KEY}` };
    const call = <Answer>(path: string, body?: unknown) =>
      callJson<Answer>(`http://127.0.0.1:${port}${path}`, {
        headers,
        ...(body === undefined ? {} : { method: 'POST', body }),
      });
    return {
      isReady: async () => (await call<{ success: boolean }>('/health')).success,
      begin: async () => (await call<{ sessionId: string }>('/generate-qr')).sessionId,
      qr: async (session) => (await call<{ qrText: string }>(`/sessions/${session}/qr`)).qrText,
      isConnected: async (session) =>
        (await call<{ data: { status: string } }>(`/sessions/${session}`)).data.status === 'connected',
      send: async (session, number, message) => {
        const { status } = await call<{ status: string }>(`/sessions/${session}/send-message`, { number, message });
        if (status !== 'sent') throw new Error('WhatsApp did not acknowledge a text in time.');
      },
    };
  },
  receivedText: ({ path, body }) =>
    path === RECEIVED ? ((body as { message_content?: string | null }).message_content ?? undefined) : undefined,
};
