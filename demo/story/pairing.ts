import { type Phone } from '../../simulator/phones/phone.ts';
import { PairingError, type PairingFailure } from '../../simulator/pairing/pairing-error.ts';
import { claim, claimValues, present } from '../claims.ts';
import { SHOP } from '../people.ts';
import { type Stage } from '../stage.ts';
import { until } from '../until.ts';
import { type Plot } from './plot.ts';

/** A frontend asks for a QR. */
export async function showQr({ api }: Stage, plot: Plot): Promise<void> {
  const { sessionId, qr, qrText } = await api.call('GET', '/generate-qr');
  claim(qr?.startsWith('data:image/png;base64,') ?? false, 'qr is no PNG.');
  plot.sessionId = present(sessionId, 'sessionId');
  plot.qrText = present(qrText, 'qrText');
}

/** WhatsApp asks for a new secret, as it does since July 2026. */
export async function refreshQr(stage: Stage, plot: Plot): Promise<void> {
  const { simulator } = stage;
  claim(simulator.refreshPairing() === 1, 'There is not one client that shows a QR.');
  const { secret: newSecret, ...restNow } = partsOf(await nextQr(stage, plot, () => true));
  const { secret: oldSecret, ...restBefore } = partsOf(plot.qrText);
  claimValues(restNow, restBefore);
  claim(newSecret !== oldSecret, 'The secret is still the old one.');
}

/** Somebody scans a photo of the QR that was taken before the refresh. */
export async function refuseOldCode(stage: Stage, plot: Plot): Promise<void> {
  const reason = await refusal(stage.shop, plot.qrText);
  claim(reason === 'refused', `The scan ended with: ${reason ?? 'a linked device'}.`);
  const { ref } = partsOf(plot.qrText);
  plot.qrText = await nextQr(stage, plot, (text) => partsOf(text).ref !== ref);
}

/** WhatsApp asks for a new secret once more, and the code with it is scanned. */
export async function scan(stage: Stage, plot: Plot): Promise<void> {
  stage.simulator.refreshPairing();
  plot.qrText = await nextQr(stage, plot, () => true);
  const reason = await refusal(stage.shop, plot.qrText);
  claim(reason === undefined, `The scan was refused: ${reason}.`);
}

/** The backend is told of the new account. */
export async function announceConnection({ backend, simulator }: Stage, { sessionId }: Plot): Promise<void> {
  const { body, complaints } = await backend.next('sessions/new-session-connected');
  claim(complaints.length === 0, complaints.join(' '));
  claimValues(body, {
    session_id: sessionId,
    phone_number: SHOP.number,
    status: 'connected',
    auth_folder_path: `./auth_sessions/${sessionId}`,
    server_port: null,
    whatsapp_user_id: simulator.devices()[0]?.jid,
  });
}

/** The first QR of the session that is another one than before, and as wanted. */
function nextQr({ api }: Stage, { sessionId, qrText }: Plot, wanted: (text: string) => boolean): Promise<string> {
  const look = async (): Promise<string | undefined> => {
    const { answer } = await api.ask('GET', `/sessions/${sessionId}/qr`);
    const { qrText: text } = answer;
    return text !== undefined && text !== qrText && wanted(text) ? text : undefined;
  };
  return until(look, { what: 'A new QR' });
}

/** Why a scan linked nothing, undefined when it did; waits until WhatsApp knows that the new secret is on show. */
async function refusal(phone: Phone, qrText: string): Promise<PairingFailure | undefined> {
  const attempt = async (): Promise<{ reason?: PairingFailure } | undefined> => {
    try {
      await phone.scan(qrText);
      return {};
    } catch (error) {
      if (!(error instanceof PairingError)) throw error;
      return error.reason === 'refresh_pending' ? undefined : { reason: error.reason };
    }
  };
  return (await until(attempt, { what: 'The acknowledgement of the refresh' })).reason;
}

/** `ref,noise key,identity key,secret,platform`, as WhatsApp's phones read it. */
function partsOf(qrText: string): { ref: string; noiseKey: string; identityKey: string; secret: string } {
  const [ref = '', noiseKey = '', identityKey = '', secret = ''] = qrText.split(',');
  return { ref, noiseKey, identityKey, secret };
}
