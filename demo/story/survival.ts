import { claim, claimValues } from '../claims.ts';
import { CUSTOMER, SHOP } from '../people.ts';
import { type Stage } from '../stage.ts';
import { until } from '../until.ts';
import { isMessage, writeAndReceive } from './messages.ts';
import { type Plot } from './plot.ts';

const MEANWHILE = '¿Siguen ahí?';

/** The machine loses its power, and the customer writes. */
export async function killAndWrite({ orchestrator, simulator, customer }: Stage, plot: Plot): Promise<void> {
  await orchestrator.kill();
  await simulator.until((whatsapp) => whatsapp.devices().every(({ online }) => !online));
  plot.messageId = await customer.sendText(SHOP.number, MEANWHILE);
  const waits = simulator.devices().some(({ waiting }) => waiting > 0);
  claim(waits, 'No message waits at WhatsApp.');
}

/** The machine is back. */
export async function comeBack(stage: Stage, plot: Plot): Promise<void> {
  const { pairings } = stage.simulator.stats();
  await stage.orchestrator.start();
  await connected(stage, plot);
  claim(stage.simulator.stats().pairings === pairings, 'It was linked anew.');
  const { status, answer } = await stage.api.ask('GET', `/sessions/${plot.sessionId}/qr`);
  claimValues({ status, error: answer.error }, { status: 409, error: 'session_not_pairing' });
}

/** The backend reads what was written in between. */
export async function catchUp({ backend }: Stage, { messageId }: Plot): Promise<void> {
  const { body } = await backend.next('messages/received', isMessage(messageId));
  claimValues(body, { message_content: MEANWHILE, sender_number: CUSTOMER.number, offline: true });
}

/** An operator restarts the session. */
export async function restart(stage: Stage, plot: Plot): Promise<void> {
  const { logins, pairings } = stage.simulator.stats();
  await stage.api.call('POST', `/sessions/${plot.sessionId}/restart`);
  await stage.simulator.until((whatsapp) => whatsapp.stats().logins > logins);
  await connected(stage, plot);
  claim(stage.simulator.stats().pairings === pairings, 'It was linked anew.');
  await writeAndReceive(stage, plot, 'Paso a las diez.');
}

/** The account leaves. */
export async function remove({ api, simulator }: Stage, { sessionId }: Plot): Promise<void> {
  await api.call('DELETE', `/sessions/${sessionId}`);
  await simulator.until((whatsapp) => whatsapp.devices().length === 0);
  const { status, answer } = await api.ask('GET', `/sessions/${sessionId}`);
  claimValues({ status, error: answer.error }, { status: 404, error: 'session_not_found' });
}

/** Resolves once both sides say so. */
async function connected({ api, simulator }: Stage, { sessionId }: Plot): Promise<void> {
  await simulator.until((whatsapp) => whatsapp.devices().some(({ online }) => online), { what: 'a login' });
  const isConnected = async (): Promise<true | undefined> => {
    const { data } = await api.call('GET', `/sessions/${sessionId}`);
    return data?.status === 'connected' ? true : undefined;
  };
  await until(isConnected, { what: 'Being connected' });
}
