import { type Phone } from '../../../../../simulator/phones/phone.ts';
import { withoutRepeats } from '../../../ledger.ts';
import { type Act, type Scene } from '../act.ts';
import { link, remove, toldTexts, untilSession, untilTold } from './own-account.ts';

/** An account whose QRs are scanned again and again while somebody writes to it. */
interface Relinked {
  phone: Phone;
  sessionId: string;
  /** What was written to it while one of its devices was linked. */
  written: string[];
}

type Way = (scene: Scene, account: Relinked) => Promise<unknown>;

/** How often it is scanned, in each of these ways. */
const WAYS: readonly Way[] = [
  // While it is connected, and somebody writes.
  async (scene, { phone, written }) => {
    const { stage, size } = scene;
    await Promise.all([link(stage.process, phone, size.patienceMs), write(scene, { phone, written }, 10)]);
  },
  async (scene, { phone, sessionId, written }) => {
    const { stage, size, fiend } = scene;
    // WhatsApp forgets what an unlinked device has not received.
    await untilTold(scene, phone, written.length);
    await phone.unlink();
    await untilSession(stage.process, sessionId, { patienceMs: size.patienceMs, status: 'disconnected' });
    // No device of the account receives it.
    await fiend.sendText(phone, 'meanwhile');
    await link(stage.process, phone, size.patienceMs);
  },
  async (scene, { phone, sessionId, written }) => {
    const { stage, size } = scene;
    // What arrived and is not told yet would be told by a session that is gone.
    await untilTold(scene, phone, written.length);
    await remove(stage, sessionId);
    await link(stage.process, phone, size.patienceMs);
  },
];

/** The same number is scanned again: while it is connected, after it was unlinked, and after `DELETE`. */
export const RELINKING: Act = {
  name: 'the number is scanned again',
  async play(scene) {
    const { stage, fiend, size } = scene;
    const rounds = Math.ceil(size.times / 10);
    const phone = stage.stranger();
    const sessionId = await link(stage.process, phone, size.patienceMs);
    const account: Relinked = { phone, sessionId, written: [] };
    for (const way of Array.from({ length: rounds }, () => WAYS).flat()) {
      await write(scene, account, 2);
      await way(scene, account);
    }
    await write(scene, account, 2);
    await untilTold(scene, phone, account.written.length);
    const told = toldTexts(stage, fiend, phone);
    const problems = problemsOf(scene, account, told, rounds);
    await remove(stage, sessionId);
    return {
      figure: `${rounds * WAYS.length} scans of a number that had a session, ${told.length} texts to it in order, under one session id`,
      problems,
    };
  },
};

async function write({ fiend }: Scene, { phone, written }: Omit<Relinked, 'sessionId'>, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const text = `again ${written.length}`;
    written.push(text);
    await fiend.sendText(phone, text);
  }
}

function problemsOf({ stage }: Scene, account: Relinked, told: readonly string[], deletions: number): string[] {
  const { phone, sessionId, written } = account;
  const own = withoutRepeats(stage.accepted).filter(({ body }) =>
    [body.phone_number, body.phone_number_session].includes(phone.number),
  );
  const strange = own.filter(({ body }) => body.session_id !== sessionId).length;
  const announced = own.filter(({ path }) => path.endsWith('new-session-connected')).length;
  const at = written.findIndex((text, index) => told[index] !== text);
  return [
    ...(at < 0 ? [] : [`after ${at} of ${written.length} texts came “${told[at]}” instead of “${written[at]}”`]),
    ...(strange === 0 ? [] : [`${strange} callbacks came under another session id`]),
    ...(announced === 1 + deletions ? [] : [`it was announced ${announced} times, with ${deletions} deletions`]),
  ];
}
