import { assertFields, assertThat } from '../assertions.ts';
import { CUSTOMER, SHOP } from '../people.ts';
import type { Stage } from '../stage.ts';
import { until } from '../until.ts';
import { isMessage, sendAndReceive } from './messages.ts';
import type { StoryState } from './step.ts';

const TEXT_WHILE_DOWN = '¿Siguen ahí?';

/** The orchestrator is killed, and the customer sends a text. */
export async function killAndWrite({ orchestrator, simulator, customer }: Stage, state: StoryState): Promise<void> {
  await orchestrator.kill();
  await simulator.until((whatsapp) => whatsapp.devices().every(({ online }) => !online));
  state.messageId = await customer.sendText(SHOP.number, TEXT_WHILE_DOWN);
  const isWaiting = simulator.devices().some(({ waiting }) => waiting > 0);
  assertThat(isWaiting, 'No message waits at WhatsApp.');
}

/** The orchestrator starts again and connects with its stored credentials. */
export async function startAgain(stage: Stage, state: StoryState): Promise<void> {
  const { pairings } = stage.simulator.stats();
  await stage.orchestrator.start();
  await untilConnected(stage, state);
  assertThat(stage.simulator.stats().pairings === pairings, 'The account was linked a second time.');
  const { status, body } = await stage.api.request('GET', `/sessions/${state.sessionId}/qr`);
  assertFields({ status, error: body.error }, { status: 409, error: 'session_not_pairing' });
}

/** The backend receives the text that was sent in the meantime. */
export async function catchUp({ backend }: Stage, { messageId }: StoryState): Promise<void> {
  const { body } = await backend.next('messages/received', isMessage(messageId));
  assertFields(body, { message_content: TEXT_WHILE_DOWN, sender_number: CUSTOMER.number, offline: true });
}

/** An operator restarts the session. */
export async function restartSession(stage: Stage, state: StoryState): Promise<void> {
  const { logins, pairings } = stage.simulator.stats();
  await stage.api.call('POST', `/sessions/${state.sessionId}/restart`);
  await stage.simulator.until((whatsapp) => whatsapp.stats().logins > logins);
  await untilConnected(stage, state);
  assertThat(stage.simulator.stats().pairings === pairings, 'The account was linked a second time.');
  await sendAndReceive(stage, state, 'Paso a las diez.');
}

/** An operator deletes the session. */
export async function deleteSession({ api, simulator }: Stage, { sessionId }: StoryState): Promise<void> {
  await api.call('DELETE', `/sessions/${sessionId}`);
  await simulator.until((whatsapp) => whatsapp.devices().length === 0);
  const { status, body } = await api.request('GET', `/sessions/${sessionId}`);
  assertFields({ status, error: body.error }, { status: 404, error: 'session_not_found' });
}

/** Resolves once both WhatsApp and the orchestrator report the session as connected. */
async function untilConnected({ api, simulator }: Stage, { sessionId }: StoryState): Promise<void> {
  await simulator.until((whatsapp) => whatsapp.devices().some(({ online }) => online), { what: 'a login' });
  const isConnected = async (): Promise<true | undefined> => {
    const { data } = await api.call('GET', `/sessions/${sessionId}`);
    return data?.status === 'connected' ? true : undefined;
  };
  await until(isConnected, { what: 'the session to be connected' });
}
