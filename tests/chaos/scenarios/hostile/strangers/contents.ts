import { proto } from '@whiskeysockets/baileys';
import type { Group } from '../../../../../simulator/world/group.ts';
import { messagesOf } from '../../../ledger.ts';
import type { Act, Scene } from '../act.ts';
import { idOf, idsFor, notOnce, toldOf, untilToldOfTheLast } from '../tools.ts';

const { REVOKE, MESSAGE_EDIT } = proto.Message.ProtocolMessage.Type;

/** Texts that PostgreSQL does not store, or that are no Unicode. */
const TEXTS = ['nul \0 within', '\0', 'half \ud83d of it', '\ude00 the other half', 'all \ude00\0\ud83d of it'];

/** What strangers write. */
export const CONTENTS: readonly Act[] = [
  {
    name: "changes of other people's messages",
    async play(scene) {
      const { stage, account, fiend, size } = scene;
      const group = stage.whatsapp.group({ subject: 'Suspicious', members: [account.friend, fiend, account.phone] });
      const lies: string[] = [];
      const changes: string[] = [];
      for (let round = 0; round < size.times; round += 1) {
        const done = await changing(scene, group, round);
        lies.push(...done.lies);
        changes.push(...done.changes);
      }
      await untilToldOfTheLast(scene);
      const told = await toldOf(scene, changes);
      const believed = messagesOf(stage.accepted).filter((message) => lies.includes(idOf(message)));
      return {
        figure: `${lies.length} edits, deletions and reactions of other people's messages, ${believed.length} told; ${changes.length} by authors and administrators, ${told.length} told`,
        problems: [
          ...(believed.length > 0 ? [`${believed.length} changes of somebody else's message were told`] : []),
          ...notOnce(told, changes),
        ],
      };
    },
  },
  {
    name: 'texts that are no Unicode',
    async play(scene) {
      const { stage, fiend, account } = scene;
      stage.whatsapp.phone(fiend.number, 'A stran\0ge\ud83dr');
      const ids = idsFor(scene, 'TEXT');
      const texts = new Map(ids.map((id, index) => [id, TEXTS[index % TEXTS.length]!]));
      for (const [id, text] of texts) await fiend.sendText(account.phone, text, { id });
      const told = await toldOf(scene, ids);
      const clean = told.filter(({ body }) => body.message_content === replaced(texts.get(body.message_id as string)!));
      const raw = told.filter(({ text }) => /\\u0000|\\ud[89a-f]|\0/i.test(text) || !text.includes('stran\ufffdge'));
      return {
        figure: `${ids.length} texts with U+0000 or half a surrogate pair, ${clean.length} told with U+FFFD instead`,
        problems: [
          ...notOnce(told, ids),
          ...(clean.length < told.length ? [`${told.length - clean.length} texts were told as something else`] : []),
          ...(raw.length > 0 ? [`${raw.length} bodies have what PostgreSQL does not store`] : []),
        ],
      };
    },
  },
];

function replaced(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

/** Changes messages as everybody may, and as nobody may. Returns the ids of both. */
async function changing({ account, fiend }: Scene, group: Group, round: number) {
  const { phone, friend } = account;
  const hers = await friend.sendText(phone, `hers ${round}`);
  const grouped = await friend.sendText(group, `hers in the group ${round}`);
  const own = await fiend.sendText(group, `own ${round}`);
  const lies = [
    await fiend.send(phone, edit(hers)),
    await fiend.send(phone, deletion(hers)),
    await fiend.send(phone, { reactionMessage: { key: { id: hers }, text: '👎' } }),
    await fiend.send(group, edit(grouped)),
    await fiend.send(group, deletion(grouped)),
    await fiend.send(group, deletion(hers)),
    await friend.send(group, edit(own)),
  ];
  const changes = [await fiend.send(group, edit(own)), await friend.send(group, deletion(own))];
  return { lies, changes };
}

/** An edit of the message with this id, as if it was the sender's own. */
function edit(id: string): proto.IMessage {
  const key = { id, fromMe: true };
  return { protocolMessage: { key, type: MESSAGE_EDIT, editedMessage: { conversation: 'changed' } } };
}

function deletion(id: string): proto.IMessage {
  return { protocolMessage: { key: { id, fromMe: true }, type: REVOKE } };
}
