import { setTimeout as pause } from 'node:timers/promises';
import type { Phone } from '../../../../../simulator/phones/phone.ts';
import type { Answer } from '../../../../harness/ask.ts';
import { withoutRepeats } from '../../../ledger.ts';
import { type Stage, waitFor } from '../../../stage.ts';
import type { Scene } from '../act.ts';

const POLL_MS = 80;

/** An orchestrator that answers requests. */
interface Server {
  get(path: string): Promise<Answer>;
}

/**
 * Links the phone by a new QR. Resolves with the id of its session once that is connected with the new device; this is another
 * id than the QR's when the number has a session already.
 */
export async function link(server: Server, phone: Phone, patienceMs: number): Promise<string> {
  const { body } = await server.get('/generate-qr');
  const { deviceJid } = await phone.scan(body.qrText as string);
  return untilSession(server, body.sessionId as string, { patienceMs, status: 'connected', deviceJid });
}

/** Waits until the session has the status, and this device if one is given; resolves with its own id. */
export async function untilSession(
  server: Server,
  id: string,
  { patienceMs, status, deviceJid }: { patienceMs: number; status: string; deviceJid?: string },
): Promise<string> {
  let found: string | undefined;
  await waitFor(async () => {
    const { data } = (await server.get(`/sessions/${id}`)).body as { data?: Record<string, string> };
    const isIt = data?.status === status && (deviceJid === undefined || data.whatsapp_user_id === deviceJid);
    if (isIt) found = data.session_id;
    else await pause(POLL_MS);
    return isIt;
  }, patienceMs);
  if (found === undefined) throw new Error(`${id} did not become ${status}`);
  return found;
}

/** Waits until the accounts of ordinary people are connected. */
export async function untilOrdinaryConnected({ stage, size: { patienceMs } }: Scene): Promise<void> {
  for (const { sessionId } of stage.accounts) {
    await untilSession(stage.process, sessionId, { patienceMs, status: 'connected' });
  }
}

/** The texts that the backend was told of from one phone to another, in order and without repeated `webhook-id`s. */
export function toldTexts(stage: Stage, from: Phone, to: Phone): string[] {
  return withoutRepeats(stage.accepted)
    .filter(({ path, body }) => path.endsWith('messages/received') && body.phone_number_session === to.number)
    .filter(({ body }) => body.sender_number === from.number)
    .map(({ body }) => String(body.message_content));
}

/** Waits until so many texts were told from the fiend to the phone. */
export function untilTold({ stage, fiend, size }: Scene, to: Phone, count: number): Promise<void> {
  return waitFor(() => toldTexts(stage, fiend, to).length >= count, size.patienceMs);
}

/** How often the phone has read each text. */
export function readTexts(phone: Phone): Map<string, number> {
  const texts = phone.messages().messages.map(({ text }) => text);
  return new Map([...Map.groupBy(texts, (text) => text)].map(([text, all]) => [text, all.length]));
}

/** Deletes the session. Rejects when that is refused. */
export async function remove({ process }: Stage, sessionId: string): Promise<void> {
  const { status } = await process.delete(`/sessions/${sessionId}`);
  if (status !== 200) throw new Error(`DELETE was answered ${status}`);
}
