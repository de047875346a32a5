import { Webhook } from 'standardwebhooks';
import { runCheckCommand } from '../../src/cli/check-backend-command.ts';
import { EVENT_PATHS, type EventKind } from '../../src/domain/event.ts';
import { systemClock } from '../../src/kit/clock.ts';

const SECRET = 'whsec_c2VjcmV0byBkZSBwcnVlYmEgcGFyYSBlbCBiYWNrZW5k';
const BACKEND_KEY = 'key-of-the-backend';

/** What the backend knows the orchestrator by. */
export const KEYS = { PRODUCTION_API_KEY: BACKEND_KEY, CALLBACK_SECRET: SECRET };

let posted = 0;

/** An event to post. The defaults make a valid one. */
export interface EventToPost {
  kind?: EventKind;
  id?: string;
  seq?: number;
  body: { session_id: string };
  headers?: Record<string, string>;
  atMs?: number;
}

/**
 * Posts an event like the orchestrator, signed by the reference library of Standard Webhooks. `headers` override the defaults.
 * Resolves with the status of the response.
 */
export async function postSigned(
  url: string,
  { kind = 'message-received', seq = 1, body, headers, ...rest }: EventToPost,
): Promise<number> {
  const { id = `event-${(posted += 1)}`, atMs = Date.now() } = rest;
  const [at, text] = [new Date(atMs), JSON.stringify(body)];
  const response = await fetch(`${url}${EVENT_PATHS[kind]}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${BACKEND_KEY}`,
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(atMs / 1000)),
      'webhook-signature': new Webhook(SECRET).sign(id, at, text),
      'x-session-id': (body as { session_id?: string } | null)?.session_id ?? 'session_1',
      'x-session-seq': String(seq),
      ...headers,
    },
    body: text,
  });
  return response.status;
}

/** Creates the body of a received message, with the fields that the backend uses. */
export function message(fields: Record<string, unknown>): { session_id: string } {
  const body = {
    session_id: 'session_1705312200123_hecho',
    sender_name: 'Rosa',
    sender_number: '5491100001111',
    message_content: 'hola',
    message_type: 'text',
    media_info: {},
    received_at: '2024-01-15T10:30:00.000Z',
    message_id: 'A5',
    chat_id: '5491100001111@s.whatsapp.net',
    is_group: false,
    sender_lid: null,
    from_me: false,
    timestamp: '2024-01-15T10:29:59.000Z',
  };
  return { ...body, ...fields };
}

/** Headers of webhooks that are not from the orchestrator, and what is wrong with them. */
export const NOT_GENUINE: readonly [what: string, headers: Record<string, string>][] = [
  ['no signature', { 'webhook-signature': '' }],
  ['the signature of something else', { 'webhook-signature': new Webhook(SECRET).sign('other', new Date(), '{}') }],
  ['a malformed signature', { 'webhook-signature': 'v1,x v2,y' }],
  ['an id that was not signed', { 'webhook-id': 'another' }],
  ['another key', { authorization: 'Bearer another' }],
];

/** Signed webhooks that are no events, and what is wrong with them. */
export const NOT_EVENTS: readonly [what: string, event: EventToPost][] = [
  ['no sequence number', { body: message({}), headers: { 'x-session-seq': '' } }],
  ['an invalid sequence number', { body: message({}), headers: { 'x-session-seq': '-1' } }],
  ['no session', { body: {} as never }],
  ['no object as its body', { body: null as never, headers: { 'x-session-id': 'x' } }],
];

/** Runs `npm run check-backend` against a backend with these keys. Resolves with the lines that are not in order. */
export async function complaintsAbout(url: string): Promise<string[]> {
  let out = '';
  const print = (text: string) => (out += text);
  const environment = { ...KEYS, BACKEND_TIMEOUT: '30000' };
  await runCheckCommand([url], environment, { clock: systemClock, print, complain: print });
  const [lines = ''] = out.split('\n\n');
  return lines.split('\n').filter((line) => !line.startsWith('ok '));
}
