import type { Phone } from '../../simulator/phones/phone.ts';
import { PairingError, type PairingFailure } from '../../simulator/pairing/pairing-error.ts';
import { assertFields, assertThat, required } from '../assertions.ts';
import { SHOP } from '../people.ts';
import type { Stage } from '../stage.ts';
import { until } from '../until.ts';
import type { StoryState } from './step.ts';

/** A frontend requests a QR. */
export async function showQr({ api }: Stage, state: StoryState): Promise<void> {
  const { sessionId, qr, qrText } = await api.call('GET', '/generate-qr');
  assertThat(qr?.startsWith('data:image/png;base64,') ?? false, 'qr is not a PNG data URL.');
  state.sessionId = required(sessionId, 'sessionId');
  state.qrText = required(qrText, 'qrText');
}

/** WhatsApp requests a new secret, as it has done since July 2026. */
export async function refreshQr(stage: Stage, state: StoryState): Promise<void> {
  const { simulator } = stage;
  assertThat(simulator.refreshPairing() === 1, 'Expected exactly one client that shows a QR.');
  const { secret: newSecret, ...restNow } = parseQr(await nextQr(stage, state, () => true));
  const { secret: oldSecret, ...restBefore } = parseQr(state.qrText);
  assertFields(restNow, restBefore);
  assertThat(newSecret !== oldSecret, 'The secret has not changed.');
}

/** The phone scans a QR from before the refresh, as from a photo. */
export async function rejectStaleQr(stage: Stage, state: StoryState): Promise<void> {
  const reason = await scanFailure(stage.shop, state.qrText);
  assertThat(reason === 'refused', `The scan ended with: ${reason ?? 'a linked device'}.`);
  const { ref } = parseQr(state.qrText);
  state.qrText = await nextQr(stage, state, (text) => parseQr(text).ref !== ref);
}

/** WhatsApp requests a new secret once more, and the phone scans the QR with it. */
export async function scanQr(stage: Stage, state: StoryState): Promise<void> {
  stage.simulator.refreshPairing();
  state.qrText = await nextQr(stage, state, () => true);
  const reason = await scanFailure(stage.shop, state.qrText);
  assertThat(reason === undefined, `The scan was refused: ${reason}.`);
}

/** The backend is notified of the new account. */
export async function announceConnection({ backend, simulator }: Stage, { sessionId }: StoryState): Promise<void> {
  const { body, problems } = await backend.next('sessions/new-session-connected');
  assertThat(problems.length === 0, problems.join(' '));
  assertFields(body, {
    session_id: sessionId,
    phone_number: SHOP.number,
    status: 'connected',
    auth_folder_path: `./auth_sessions/${sessionId}`,
    server_port: null,
    whatsapp_user_id: simulator.devices()[0]?.jid,
  });
}

/** Resolves with the session's next QR that differs from the previous one and matches. */
function nextQr(
  { api }: Stage,
  { sessionId, qrText }: StoryState,
  matches: (text: string) => boolean,
): Promise<string> {
  const probe = async (): Promise<string | undefined> => {
    const { body } = await api.request('GET', `/sessions/${sessionId}/qr`);
    const { qrText: text } = body;
    return text !== undefined && text !== qrText && matches(text) ? text : undefined;
  };
  return until(probe, { what: 'a new QR' });
}

/** Scans a QR once WhatsApp knows the current secret. Resolves with why the scan failed, undefined when it linked a device. */
async function scanFailure(phone: Phone, qrText: string): Promise<PairingFailure | undefined> {
  const attempt = async (): Promise<{ reason?: PairingFailure } | undefined> => {
    try {
      await phone.scan(qrText);
      return {};
    } catch (error) {
      if (!(error instanceof PairingError)) throw error;
      return error.reason === 'refresh_pending' ? undefined : { reason: error.reason };
    }
  };
  return (await until(attempt, { what: 'the acknowledgement of the refresh' })).reason;
}

/** Parses `ref,noise key,identity key,secret,platform`, the format that WhatsApp's phones read. */
function parseQr(qrText: string): { ref: string; noiseKey: string; identityKey: string; secret: string } {
  const [ref = '', noiseKey = '', identityKey = '', secret = ''] = qrText.split(',');
  return { ref, noiseKey, identityKey, secret };
}
