import { type Match } from '../backend.ts';
import { claim, claimValues, present } from '../claims.ts';
import { CUSTOMER, SHOP } from '../people.ts';
import { type Stage } from '../stage.ts';
import { type Plot } from './plot.ts';

/** The customer writes, and the backend reads. */
export async function messageIn(stage: Stage, plot: Plot): Promise<void> {
  await writeAndReceive(stage, plot, 'Hola, ¿tienen café en grano? ☕');
}

/** The backend answers, and the customer reads. */
export async function messageOut({ api, customer }: Stage, plot: Plot): Promise<void> {
  const text = '¡Sí! Tostado esta mañana.';
  const body = { number: `+${CUSTOMER.number}`, message: text };
  const answer = await api.call('POST', `/sessions/${plot.sessionId}/send-message`, body);
  claimValues(answer, { status: 'sent', to: `${CUSTOMER.number}@s.whatsapp.net` });
  plot.messageId = present(answer.messageId, 'messageId');
  const received = await customer.next(({ id }) => id === plot.messageId);
  claimValues(received, { text, from: SHOP.number });
}

/** The backend follows what became of its answer. */
export async function followMessage({ backend }: Stage, { messageId }: Plot): Promise<void> {
  const sent = await backend.next('messages/status-update', says(messageId, 'sent'));
  const delivered = await backend.next('messages/status-update', says(messageId, 'delivered'));
  claim(sent.count < delivered.count, '"delivered" came before "sent".');
  claimValues(delivered.body, { to_number: CUSTOMER.number, error_code: null, error_message: null });
}

/** The backend looks back on all that it was told. */
export function callbacksAreRight({ backend }: Stage): Promise<void> {
  const complaints = backend.callbacks.flatMap(({ name, complaints: found }) =>
    found.map((each) => `${name}: ${each}`),
  );
  claim(complaints.length === 0, complaints.join(' '));
  return Promise.resolve();
}

/** A message from the customer's phone to the backend, while the account is connected. */
export async function writeAndReceive({ backend, customer }: Stage, plot: Plot, text: string): Promise<void> {
  plot.messageId = await customer.sendText(SHOP.number, text);
  const { body } = await backend.next('messages/received', isMessage(plot.messageId));
  claimValues(body, {
    session_id: plot.sessionId,
    sender_name: CUSTOMER.name,
    sender_number: CUSTOMER.number,
    message_content: text,
    message_type: 'text',
    phone_number_session: SHOP.number,
    offline: false,
  });
}

/** Whether a callback is about this message. */
export function isMessage(id: string): Match {
  return ({ body }) => body.message_id === id;
}

/** Whether a callback says that this has become of a message. */
export function says(messageId: string, status: string): Match {
  return ({ body }) => body.message_id === messageId && body.status === status;
}
