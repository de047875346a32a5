import type { PasskeyOptions } from '../../../simulator/pairing/passkey-authenticator.ts';
import { untilTrue } from '../../harness/until.ts';
import type { Doing, Cast } from './cast.ts';

/** How other accounts are linked, each to a session of its own, and unlinked. */
export const PAIRING_DOINGS: Readonly<Record<string, Doing>> = {
  'a code': async ({ world }) => {
    const zoe = world.whatsapp.phone('5494400000001', 'Zoe');
    const { body } = await world.orchestrator.post('/sessions/pairing-code', { number: zoe.number });
    await zoe.enterPairingCode(body.code as string);
    await world.orchestrator.until(body.sessionId as string, { status: 'connected' });
    await zoe.unlink();
  },
  'a passkey': async ({ world }) => {
    const kim = world.whatsapp.phone('5494400000002', 'Kim');
    kim.passkey.isWanted = true;
    const { body } = await world.orchestrator.get('/generate-qr');
    const sessionId = body.sessionId as string;
    const linked = kim.scan(body.qrText as string);
    const path = `/sessions/${sessionId}/passkey`;
    const options = await untilStage({ world }, path, 'wanted');
    await world.orchestrator.post(path, kim.passkey.assert(options));
    await untilStage({ world }, path, 'confirming');
    kim.passkey.confirm();
    await world.orchestrator.post(`${path}/confirm`, { matches: true });
    await linked;
    await world.orchestrator.until(sessionId, { status: 'connected' });
    await kim.unlink();
  },
};

async function untilStage({ world }: Pick<Cast, 'world'>, path: string, state: string): Promise<PasskeyOptions> {
  let data: { state: string; options: PasskeyOptions } | undefined;
  await untilTrue(async () => {
    ({ data } = (await world.orchestrator.get(path)).body as { data: typeof data });
    return data?.state === state;
  });
  return data!.options;
}
