import type { Phone } from '../../../../../simulator/phones/phone.ts';
import { waitFor } from '../../../stage.ts';
import type { Act, Played, Scene } from '../act.ts';
import { reconnect, session, untilToldOfTheLast } from '../tools.ts';

/** As many as may log in at once. */
const HANGING = 8;

/** The longest time that a QR may take while logins hang, beyond what a busy machine takes for it. */
const QUICK_MS = 2_000;

/** What a server, or somebody who pretends to be it, does to logins. */
export const LOGINS: readonly Act[] = [
  ...(['foreign-root', 'stolen-certificates'] as const).map((fault) => ({
    name: `a false server: ${fault}`,
    play: (scene: Scene) => pretending(scene, fault),
  })),
  {
    name: 'a refused "passive"',
    async play(scene) {
      const { stage, account, size } = scene;
      const { logins } = stage.whatsapp.stats();
      let heard = 0;
      for (let round = 0; round < size.times; round += 1) {
        stage.whatsapp.fault('error-answer', { number: account.phone.number, xmlns: 'passive', code: 500, times: 1 });
        await reconnect(scene);
        if (await untilToldOfTheLast(scene)) heard += 1;
      }
      const more = stage.whatsapp.stats().logins - logins - size.times;
      stage.whatsapp.clearFaults();
      return {
        figure: `${size.times} connections on which "passive" was refused, ${heard} heard what came`,
        problems: [
          ...(heard === size.times ? [] : [`${size.times - heard} connections were deaf`]),
          ...(more === 0 ? [] : [`it took ${more} more logins`]),
        ],
      };
    },
  },
  {
    name: 'logins that hang',
    isLong: true,
    async play(scene) {
      const { stage, size } = scene;
      const linked: Linked[] = [];
      for (let count = 0; count < HANGING; count += 1) linked.push(await link(scene));
      const { connections } = stage.whatsapp.stats();
      stage.whatsapp.fault('silent-handshake', { times: HANGING });
      for (const { phone } of linked) stage.whatsapp.fault('cut', { number: phone.number });
      await waitFor(() => stage.whatsapp.stats().connections >= connections + HANGING, size.patienceMs);
      const hanging = stage.whatsapp.stats().connections - connections;
      const askedAt = Date.now();
      const { status, body } = await stage.process.get('/generate-qr');
      const afterMs = Date.now() - askedAt;
      const usualMs = Math.max(...linked.map((each) => each.qrAfterMs));
      stage.whatsapp.clearFaults();
      const ids = [...linked.map(({ sessionId }) => sessionId), body.sessionId as string];
      for (const id of ids) await stage.process.delete(`/sessions/${id}`);
      for (const { phone } of linked) await phone.unlink();
      return {
        figure: `${hanging} logins hung, a QR after ${afterMs} ms`,
        problems: [
          ...(hanging === HANGING ? [] : [`${hanging} logins hung instead of ${HANGING}`]),
          ...(status === 200 && afterMs <= usualMs + QUICK_MS
            ? []
            : [`a QR was answered with ${status} after ${afterMs} ms, usually after ${usualMs} ms`]),
        ],
      };
    },
  },
];

/** Lets the account connect to somebody else again and again, then to WhatsApp. */
async function pretending(scene: Scene, fault: 'foreign-root' | 'stolen-certificates'): Promise<Played> {
  const { stage, account, size } = scene;
  const { whatsapp } = stage;
  const before = whatsapp.stats();
  whatsapp.fault(fault);
  whatsapp.fault('cut', { number: account.phone.number });
  const asked = [];
  for (let round = 0; round < size.times; round += 1) {
    const { connections } = whatsapp.stats();
    asked.push(reconnect(scene));
    await waitFor(
      () => whatsapp.stats().connections > connections && whatsapp.stats().open < before.open,
      size.patienceMs,
    );
  }
  const { logins, connections } = whatsapp.stats();
  const tried = connections - before.connections;
  whatsapp.clearFaults();
  asked.push(reconnect(scene));
  await Promise.all(asked);
  await waitFor(async () => (await session(scene)).status === 'connected', size.patienceMs);
  const last = await untilToldOfTheLast(scene);
  return {
    figure: `${tried} connections to a server with a ${fault === 'foreign-root' ? 'foreign root' : 'stolen certificate'}, ${logins - before.logins} logins`,
    problems: [
      ...(tried >= size.times ? [] : [`only ${tried} connections were tried`]),
      ...(logins === before.logins ? [] : [`${logins - before.logins} logins`]),
      ...(last ? [] : ['it did not recover']),
    ],
  };
}

/** An account that is linked for one act only. */
interface Linked {
  sessionId: string;
  phone: Phone;
  /** How long its QR took. */
  qrAfterMs: number;
}

/** Links another account. */
async function link({ stage, size }: Scene): Promise<Linked> {
  const phone = stage.stranger();
  const askedAt = Date.now();
  const { body } = await stage.process.get('/generate-qr');
  const qrAfterMs = Date.now() - askedAt;
  await phone.scan(body.qrText as string);
  const sessionId = body.sessionId as string;
  await waitFor(async () => {
    const answer = await stage.process.get(`/sessions/${sessionId}`);
    return answer.body.data.status === 'connected';
  }, size.patienceMs);
  return { sessionId, phone, qrAfterMs };
}
