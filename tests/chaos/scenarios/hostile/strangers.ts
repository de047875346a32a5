import { type Received } from '../../../harness/test-backend.ts';
import { messagesOf } from '../../ledger.ts';
import { waitFor } from '../../stage.ts';
import { type Act, type Scene } from './act.ts';

/** Names that objects inherit. */
const INHERITED = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'];

/** What a person can do who knows the number of an account. */
export const STRANGERS: readonly Act[] = [
  {
    name: 'message ids that objects inherit',
    async play(scene) {
      const { fiend, account, size } = scene;
      const ids = Array.from({ length: size.times }, (_, index) => INHERITED[index % INHERITED.length]!);
      for (const id of ids) await fiend.sendText(account.phone, `id ${id}`, { id });
      const wanted = new Set(ids);
      const told = await toldOf(
        scene,
        (all) => new Set(all.map(({ body }) => body.message_id as string)).size >= wanted.size,
      );
      const missing = [...wanted].filter((id) => !told.some(({ body }) => body.message_id === id));
      return {
        figure: `${ids.length} messages with ${wanted.size} inherited names as ids, ${wanted.size - missing.length} told`,
        problems: missing.map((id) => `the message with the id ${id} was not told`),
      };
    },
  },
];

/** Waits until what the backend was told of the fiend is enough, and returns it. */
async function toldOf(
  { stage, fiend, size }: Scene,
  isEnough: (told: readonly Received[]) => boolean,
): Promise<Received[]> {
  const told = () => messagesOf(stage.accepted).filter(({ body }) => body.sender_number === fiend.number);
  await waitFor(() => isEnough(told()), size.patienceMs);
  return told();
}
