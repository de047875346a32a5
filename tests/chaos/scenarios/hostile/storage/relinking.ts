import type { Phone } from '../../../../../simulator/phones/phone.ts';
import { withoutRepeats } from '../../../ledger.ts';
import { waitFor } from '../../../stage.ts';
import type { Act, Scene } from '../act.ts';
import { link, remove, toldTexts, untilSession } from './own-account.ts';

/** An account whose QRs are scanned again and again while somebody writes to it. */
interface Relinked {
  phone: Phone;
  sessionId: string;
  /** What was written to it while one of its devices was linked: texts and message ids. */
  written: { text: string; id: string }[];
}

type Way = (scene: Scene, account: Relinked) => Promise<unknown>;

/** How often it is scanned, in each of these ways. */
const WAYS: readonly Way[] = [
  // While it is connected, and somebody writes.
  async (scene, account) => {
    const { stage, size } = scene;
    await Promise.all([link(stage.process, account.phone, size.patienceMs), write(scene, account, 10)]);
  },
  async (scene, account) => {
    const { phone, sessionId } = account;
    const { stage, size, fiend } = scene;
    // WhatsApp forgets what an unlinked device has not received.
    await untilLastIsTold(scene, account);
    await phone.unlink();
    await untilSession(stage.process, sessionId, { patienceMs: size.patienceMs, status: 'disconnected' });
    // No device of the account receives it.
    await fiend.sendText(phone, 'meanwhile');
    await link(stage.process, phone, size.patienceMs);
  },
  async (scene, account) => {
    const { phone, sessionId } = account;
    const { stage, size } = scene;
    // What arrived and is not told yet would be told by a session that is gone.
    await untilLastIsTold(scene, account);
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
    await untilLastIsTold(scene, account);
    const told = toldTexts(stage, fiend, phone);
    const unconfirmed = account.written.length - owed(scene, account, told).length;
    const problems = problemsOf(scene, account, told, rounds);
    await remove(stage, sessionId);
    return {
      figure: `${rounds * WAYS.length} scans of a number that had a session, ${told.length} of ${account.written.length} texts to it in order, under one session id, ${unconfirmed} not received by any device`,
      problems,
    };
  },
};

async function write({ fiend }: Scene, { phone, written }: Relinked, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const text = `again ${written.length}`;
    written.push({ text, id: await fiend.sendText(phone, text) });
  }
}

function untilLastIsTold({ stage, fiend, size }: Scene, { phone, written }: Relinked): Promise<void> {
  return waitFor(() => toldTexts(stage, fiend, phone).at(-1) === written.at(-1)?.text, size.patienceMs);
}

/** What a linked device confirmed, or was told anyway: what is sent while nothing is linked, the phone alone receives. */
function owed({ fiend }: Scene, { written }: Relinked, told: readonly string[]): string[] {
  const isConfirmed = (id: string) => fiend.receiptsOf(id).delivered.some((jid) => /:\d+@/.test(jid));
  return written.filter(({ text, id }) => told.includes(text) || isConfirmed(id)).map(({ text }) => text);
}

function problemsOf(scene: Scene, account: Relinked, told: readonly string[], deletions: number): string[] {
  const { phone, sessionId } = account;
  const written = owed(scene, account, told);
  const own = withoutRepeats(scene.stage.accepted).filter(({ body }) =>
    [body.phone_number, body.phone_number_session].includes(phone.number),
  );
  const strange = own.filter(({ body }) => body.session_id !== sessionId).length;
  const announced = own.filter(({ path }) => path.endsWith('new-session-connected')).length;
  const at = written.findIndex((text, index) => told[index] !== text);
  return [
    ...(told.length === written.length ? [] : [`${told.length} texts came instead of ${written.length}`]),
    ...(at < 0 ? [] : [`after ${at} of ${written.length} texts came “${told[at]}” instead of “${written[at]}”`]),
    ...(strange === 0 ? [] : [`${strange} callbacks came under another session id`]),
    ...(announced === 1 + deletions ? [] : [`it was announced ${announced} times, with ${deletions} deletions`]),
  ];
}
