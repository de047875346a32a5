import { childrenOf, node, type Stanza } from '../../../../../simulator/kit/stanza.ts';
import type { Phone } from '../../../../../simulator/phones/phone.ts';
import { messagesOf } from '../../../ledger.ts';
import { waitFor } from '../../../stage.ts';
import type { Act, Scene } from '../act.ts';
import {
  flipped,
  idsFor,
  notAsWritten,
  say,
  sealedFor,
  tampering,
  textOf,
  toldOf,
  untilToldOfTheLast,
} from '../tools.ts';

/** A message whose text is "forged", as nobody encrypted it. */
const FORGED = node('plaintext', {}, Buffer.from([10, 6, ...Buffer.from('forged')]));

/** What strangers do with the encryption of their messages. */
export const SEALED: readonly Act[] = [
  {
    name: 'forged plaintext',
    async play(scene) {
      const { fiend, account, stage } = scene;
      const ids = idsFor(scene, 'FORGED');
      const alone = new Set(ids.filter((_, index) => index % 2 === 0));
      using tampered = new DisposableStack();
      tampered.use(tampering(scene, (message) => [forged(message, alone, ids)]));
      for (const id of ids) await fiend.sendText(account.phone, textOf(id), { id });
      await untilToldOfTheLast(scene);
      await toldOf(scene, ids);
      const told = messagesOf(stage.accepted).filter(({ body }) => ids.includes(body.message_id as string));
      const genuine = told.filter((message) => notAsWritten([message]).length === 0);
      const undecryptable = told.filter(({ body }) => body.message_type === 'undecryptable');
      const lies = told.length - genuine.length - undecryptable.length;
      return {
        figure: `${ids.length} forged plaintexts, ${undecryptable.length} told as undecryptable, ${genuine.length} without them, ${lies} told as genuine`,
        problems: [
          ...(lies > 0 ? [`${lies} forged messages were told as genuine`] : []),
          ...(genuine.length < ids.length - alone.size
            ? ['an encrypted message beside a forged one was not told']
            : []),
        ],
      };
    },
  },
  {
    name: 'messages of an older Signal session',
    async play(scene) {
      const { fiend, account, stage, size } = scene;
      await untilToldOfTheLast(scene);
      const { retries } = stage.whatsapp.stats();
      const texts = await spoken(scene, ['a first answer']);
      const late: string[] = [];
      for (let round = 0; round < size.times; round += 1) {
        // An answer, so that both sides know the Signal session.
        await untilToldOfTheLast(scene);
        const deliver = holding(scene);
        late.push(await fiend.sendText(account.phone, `late ${round}`));
        using tampered = new DisposableStack();
        tampered.use(spoiling(scene));
        texts.push(...(await spoken(scene, [`spoiled ${round}`])));
        // From here on both have a new Signal session, and the held message is of the one before.
        await waitFor(() => textsOf(fiend).has(`spoiled ${round}`), size.patienceMs);
        deliver();
        texts.push(...(await spoken(scene, [`one ${round}`, `two ${round}`, `three ${round}`])));
      }
      await waitFor(() => texts.every((text) => textsOf(fiend).has(text)), size.patienceMs);
      const told = await toldOf(scene, late);
      const readable = told.filter(({ body }) => String(body.message_content).startsWith('late '));
      const unread = texts.filter((text) => !textsOf(fiend).has(text));
      const more = stage.whatsapp.stats().retries - retries - size.times;
      return {
        figure: `${late.length} messages of an older Signal session while we wrote, ${readable.length} told, ${texts.length - unread.length} of our ${texts.length} texts read, ${more} retries`,
        problems: [
          ...(readable.length < late.length ? [`${late.length - readable.length} of them were not readable`] : []),
          ...unread.map((text) => `the stranger never read “${text}”`),
          ...(more === 0 ? [] : [`${more} retries more than the spoiled messages cost`]),
        ],
      };
    },
  },
];

/** The message with a forged one instead of it, or beside it. */
function forged(message: Stanza, alone: ReadonlySet<string>, all: readonly string[]): Stanza {
  const id = message.attrs.id!;
  if (!all.includes(id)) return message;
  return { ...message, content: alone.has(id) ? [FORGED] : [...childrenOf(message), FORGED] };
}

/** Sends these texts to the fiend, one at a time. Returns those that were answered with success. */
async function spoken(scene: Scene, texts: readonly string[]): Promise<string[]> {
  const sent = [];
  for (const text of texts) {
    const { status, body } = await say(scene, scene.fiend.number, text);
    if (status !== 200) throw new Error(`“${text}” was answered with ${status} ${JSON.stringify(body)}`);
    sent.push(text);
  }
  return sent;
}

function textsOf(phone: Phone): Set<string | undefined> {
  return new Set(phone.messages().messages.map(({ text }) => text));
}

/** Keeps the fiend's messages back. The result delivers them. */
function holding({ stage, fiend }: Scene): () => void {
  const held: (() => void)[] = [];
  const behaviour = stage.whatsapp.use({
    name: 'hold the messages of a stranger',
    onSend: (stanza, _, send) =>
      stanza.tag === 'message' && stanza.attrs.from === fiend.lid ? held.push(() => send(stanza)) : send(stanza),
  });
  return () => {
    behaviour[Symbol.dispose]();
    for (const deliver of held) deliver();
  };
}

/** Damages the next message of the account for the fiend, who then asks for a new Signal session. */
function spoiling({ stage, account, fiend }: Scene): Disposable {
  let isDone = false;
  return stage.whatsapp.use({
    name: 'spoil the next message to a stranger',
    onStanza(stanza, client) {
      if (stanza.tag !== 'message' || client.number !== account.phone.number || isDone) return false;
      const [sealed] = sealedFor(stanza, fiend);
      if (sealed) {
        sealed.content = flipped(sealed).content!;
        isDone = true;
      }
      return false;
    },
  });
}
