import type { Match } from '../backend.ts';
import { assertFields, assertThat, required } from '../assertions.ts';
import { CUSTOMER, SHOP } from '../people.ts';
import type { Stage } from '../stage.ts';
import type { StoryState } from './step.ts';

/** The customer sends a text, and the backend receives it. */
export async function receiveMessage(stage: Stage, state: StoryState): Promise<void> {
  await sendAndReceive(stage, state, 'Hola, ¿tienen café en grano? ☕');
}

/** The backend replies, and the customer receives it. */
export async function sendMessage({ api, customer }: Stage, state: StoryState): Promise<void> {
  const text = '¡Sí! Tostado esta mañana.';
  const body = { number: `+${CUSTOMER.number}`, message: text };
  const response = await api.call('POST', `/sessions/${state.sessionId}/send-message`, body);
  assertFields(response, { status: 'sent', to: `${CUSTOMER.number}@s.whatsapp.net` });
  state.messageId = required(response.messageId, 'messageId');
  const received = await customer.next(({ id }) => id === state.messageId);
  assertFields(received, { text, from: SHOP.number });
}

/** The backend receives the delivery status of its reply. */
export async function trackDelivery({ backend }: Stage, { messageId }: StoryState): Promise<void> {
  const sent = await backend.next('messages/status-update', hasStatus(messageId, 'sent'));
  const delivered = await backend.next('messages/status-update', hasStatus(messageId, 'delivered'));
  assertThat(sent.count < delivered.count, '"delivered" came before "sent".');
  assertFields(delivered.body, { to_number: CUSTOMER.number, error_code: null, error_message: null });
}

/** No callback that the backend received violates the contract. */
export function allCallbacksValid({ backend }: Stage): Promise<void> {
  const problems = backend.callbacks.flatMap((callback) =>
    callback.problems.map((each) => `${callback.name}: ${each}`),
  );
  assertThat(problems.length === 0, problems.join(' '));
  return Promise.resolve();
}

/** Sends a text from the customer's phone and waits for its callback, while the account is connected. */
export async function sendAndReceive(
  { backend, customer }: Stage,
  state: StoryState,
  text: string,
  waited: 'never' | 'perhaps' = 'never',
): Promise<void> {
  state.messageId = await customer.sendText(SHOP.number, text);
  const { body } = await backend.next('messages/received', isMessage(state.messageId));
  assertFields(body, {
    session_id: state.sessionId,
    sender_name: CUSTOMER.name,
    sender_number: CUSTOMER.number,
    message_content: text,
    message_type: 'text',
    phone_number_session: SHOP.number,
    ...(waited === 'never' && { offline: false }),
  });
}

/** Matches callbacks about this message. */
export function isMessage(id: string): Match {
  return ({ body }) => body.message_id === id;
}

/** Matches callbacks that report this status of a message. */
export function hasStatus(messageId: string, status: string): Match {
  return ({ body }) => body.message_id === messageId && body.status === status;
}
