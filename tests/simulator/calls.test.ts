import type { WACallEvent } from '@whiskeysockets/baileys';
import { linkedClientForAllTests, SHOP } from '../harness/linked-client.ts';

const scene = linkedClientForAllTests();

/** The next event of the client about this call, in this state. */
function told(id: string, status: WACallEvent['status']): Promise<WACallEvent> {
  return new Promise((resolve) => {
    scene.client.sock!.ev.on('call', ([call]) => {
      if (call?.id === id && call.status === status) resolve(call);
    });
  });
}

it('rings on every device, and ends when its caller hangs up', async () => {
  const { ana, whatsapp } = scene;
  const shop = whatsapp.phone(SHOP);
  const id = 'CALL-1';
  const [offered, ended] = [told(id, 'offer'), told(id, 'timeout')];

  ana.calls.ring(SHOP, { id, video: true });
  expect(await offered).toMatchObject({ from: ana.lid, callerPn: ana.jid, isVideo: true, isGroup: false });
  expect(shop.calls.stateOf(id)).toBe('ringing');

  ana.calls.hangUp(id, 'timeout');
  await ended;
  expect(shop.calls.stateOf(id)).toBe('over');
  await whatsapp.until((server) => server.devices()[0]?.waiting === 0);
});

it.each(['jid', 'lid'] as const)(
  'that a client rejects ends for its caller (%s), and on the phone',
  async (address) => {
    const { ana, whatsapp, client } = scene;
    const id = ana.calls.ring(whatsapp.phone(SHOP), { addressing: address === 'jid' ? 'pn' : 'lid' });

    await client.sock!.rejectCall(id, ana[address]);

    await ana.calls.untilState(id, 'rejected');
    await whatsapp.phone(SHOP).calls.untilState(id, 'over');
  },
);

it.each([
  ['answer', 'accept', 'answered'],
  ['decline', 'reject', 'rejected'],
] as const)('that a phone takes (%s) stops on the other devices', async (act, _, state) => {
  const { ana, whatsapp } = scene;
  const shop = whatsapp.phone(SHOP);
  const id = 'CALL-' + act;
  const ended = told(id, 'terminate');
  ana.calls.ring(SHOP, { id });

  shop.calls[act](id);

  await ended;
  expect(ana.calls.stateOf(id)).toBe(state);
});

it('needs somebody to call', () => {
  const { ana } = scene;

  expect(() => ana.calls.ring('5490000000000')).toThrow(RangeError);
  expect(() => ana.calls.ring(ana)).toThrow(RangeError);
  expect(() => ana.calls.hangUp('none')).toThrow(RangeError);
});
