import type { Phone } from '../../simulator/phones/phone.ts';
import { assertFields, assertThat, required } from '../assertions.ts';
import type { Callback } from '../callback.ts';
import { OLD_TEXTS, REGULAR, SUPPLIER, SUPPLIER_SAVED_AS } from '../past.ts';
import { SHOP } from '../people.ts';
import type { Stage } from '../stage.ts';
import { hasStatus, isMessage } from './messages.ts';
import type { StoryState } from './step.ts';

const MAX_ATTEMPTS = 20;
/** The message brings no name of its sender. */
const NAMELESS = { attrs: { notify: '' } };

/** The phone shares keys, settings and old chats at the first login, and everything of it is acknowledged. */
export async function takePast({ simulator, backend }: Stage): Promise<void> {
  await simulator.until((whatsapp) => whatsapp.devices().every(({ online, waiting }) => online && waiting === 0));
  assertThat(!backend.callbacks.some(isOld), 'An old message was told as new.');
}

/** Somebody whose name only the history tells writes. */
export async function nameFromHistory(stage: Stage): Promise<void> {
  await untilNamed(stage, stage.regular, REGULAR.name);
}

/** Somebody whose name only the address book tells writes. */
export async function nameFromAddressBook(stage: Stage): Promise<void> {
  const { sender_number } = await untilNamed(stage, stage.supplier, SUPPLIER_SAVED_AS);
  assertFields({ sender_number }, { sender_number: SUPPLIER.number });
}

/** The backend writes to somebody whose number WhatsApp refuses. */
export async function writeToMigrated({ api, backend, supplier }: Stage, { sessionId }: StoryState): Promise<void> {
  const text = 'Diez kilos más, por favor.';
  const request = { number: SUPPLIER.number, message: text };
  const response = await api.call('POST', `/sessions/${sessionId}/send-message`, request);
  const messageId = required(response.messageId, 'messageId');
  assertFields(await supplier.next(({ id }) => id === messageId), { text, from: SHOP.number });
  const { body } = await backend.next('messages/status-update', hasStatus(messageId, 'delivered'));
  assertFields(body, { to_number: SUPPLIER.number, error_code: null, error_message: null });
}

/** The customer corrects the last text. WhatsApp seals edits since May 2026. */
export async function receiveEdit({ backend, customer }: Stage, { sessionId }: StoryState): Promise<void> {
  const original = await customer.sendText(SHOP.number, 'Paso a las nueve.');
  await backend.next('messages/received', isMessage(original));
  const text = 'Paso a las once.';
  await customer.edit(original, text);
  const { body } = await backend.next('messages/received', ({ body: told }) => told.edited_message_id === original);
  assertFields(body, { session_id: sessionId, message_type: 'edit', message_content: text });
}

/** No callback tells a message of the history. */
export function nothingOldTold({ backend }: Stage): Promise<void> {
  const old = backend.callbacks.find(isOld);
  assertThat(!old, `An old message was told as new: ${old?.summary}`);
  return Promise.resolve();
}

function isOld({ body }: Callback): boolean {
  return OLD_TEXTS.some((text) => body.message_content === text);
}

/** Writes without a name until the backend is told this one: files of the history are fetched while messages go on. */
async function untilNamed({ backend }: Stage, from: Phone, name: string): Promise<Callback['body']> {
  const told: unknown[] = [];
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const id = await from.sendText(SHOP.number, `¿Hay novedades? (${attempt})`, NAMELESS);
    const { body } = await backend.next('messages/received', isMessage(id));
    if (body.sender_name === name) return body;
    told.push(body.sender_name);
  }
  throw new Error(`sender_name is ${JSON.stringify(told.at(-1))}, expected ${JSON.stringify(name)}.`);
}
