import { childrenOf, node, type Stanza } from '../../../../../simulator/kit/stanza.ts';
import type { Received } from '../../../../harness/test-backend.ts';
import type { Act, Scene } from '../act.ts';
import { idOf, idsFor, notAsWritten, notOnce, tampering, textOf, toldOf, untilToldOfTheLast } from '../tools.ts';

/** Names that objects inherit. */
const INHERITED = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'];

/** The stanzas of strangers: their attributes and what is in them. */
export const STANZAS: readonly Act[] = [
  {
    name: 'message ids that objects inherit',
    async play(scene) {
      const { fiend, account, size } = scene;
      const ids = Array.from({ length: size.times }, (_, index) => INHERITED[index % INHERITED.length]!);
      for (const id of ids) await fiend.sendText(account.phone, `id ${id}`, { id });
      const wanted = [...new Set(ids)];
      const told = new Set((await toldOf(scene, wanted)).map(idOf));
      return {
        figure: `${ids.length} messages with ${wanted.length} inherited names as ids, ${told.size} told`,
        problems: wanted.filter((id) => !told.has(id)).map((id) => `the message with the id ${id} was not told`),
      };
    },
  },
  {
    name: 'damaged times and verified names',
    async play(scene) {
      const { fiend, account } = scene;
      const ids = idsFor(scene, 'DAMAGED');
      using tampered = new DisposableStack();
      tampered.use(
        tampering(scene, (message) => [DAMAGES[ids.indexOf(message.attrs.id!) % DAMAGES.length]?.(message) ?? message]),
      );
      for (const id of ids) await fiend.sendText(account.phone, textOf(id), { id });
      const told = await toldOf(scene, ids);
      return {
        figure: `${ids.length} messages with damaged times or verified names, ${told.length} told`,
        problems: [...notOnce(told, ids), ...notAsWritten(told), ...outOfOrder(told, ids)],
        lastly: async () => {
          await untilToldOfTheLast(scene);
          return notOnce(await toldOf(scene, ids), ids).map((problem) => `after a restart, ${problem}`);
        },
      };
    },
  },
  {
    name: 'hosted senders',
    async play(scene) {
      const { fiend, account } = scene;
      const ids = idsFor(scene, 'HOSTED');
      using tampered = new DisposableStack();
      tampered.use(tampering(scene, hosted));
      for (const id of ids) await fiend.sendText(account.phone, textOf(id), { id });
      const told = await toldOf(scene, ids);
      const named = told.filter(({ body }) => body.sender_number === fiend.number && body.sender_lid === fiend.lid);
      return {
        figure: `${ids.length} messages of hosted devices, ${named.length} told with their number`,
        problems: [
          ...notOnce(told, ids),
          ...notAsWritten(told),
          ...(named.length < told.length ? ['a hosted sender has no number'] : []),
        ],
      };
    },
  },
  {
    name: 'missed calls',
    async play(scene) {
      const { fiend, account } = scene;
      const ids = idsFor(scene, 'CALL');
      using tampered = new DisposableStack();
      tampered.use(tampering(scene, (message) => [...missedCall(scene, message.attrs.id!), message]));
      for (const id of ids) await fiend.sendText(account.phone, `I called you: ${id}`, { id: `AFTER-${id}` });
      await untilToldOfTheLast(scene);
      const told = await toldOf(scene, ids);
      const right = told.filter(({ body }) => body.message_type === 'call' && body.sender_number === fiend.number);
      return {
        figure: `${ids.length} missed calls, each ended twice, ${right.length} told`,
        problems: [
          ...notOnce(told, ids),
          ...(right.length < told.length ? ['a call is not told as its caller’s'] : []),
        ],
      };
    },
  },
];

/** What messages can have that no phone sends. */
const DAMAGES: readonly ((message: Stanza) => Stanza)[] = [
  withoutTime,
  (message) => ({ ...message, attrs: { ...message.attrs, t: 'never' } }),
  (message) => ({ ...message, attrs: { ...message.attrs, t: '8640000000001' } }),
  verified(Buffer.from([255, 255, 1])),
  verified(Buffer.from([10, 2, 255, 255])),
  verified(Buffer.alloc(0)),
];

function withoutTime(message: Stanza): Stanza {
  const attrs = { ...message.attrs };
  delete attrs.t;
  return { ...message, attrs };
}

function verified(name: Buffer): (message: Stanza) => Stanza {
  return (message) => ({ ...message, content: [node('verified_name', {}, name), ...childrenOf(message)] });
}

function outOfOrder(told: readonly Received[], ids: readonly string[]): string[] {
  const order = told.map(idOf).join();
  return order === ids.filter((id) => order.split(',').includes(id)).join() ? [] : [`they were told as ${order}`];
}

/** The message as a device sends it that Meta hosts for the sender. */
function hosted(message: Stanza): Stanza[] {
  const { from = '', sender_pn = '' } = message.attrs;
  const sender = {
    from: from.replace('@', ':99@hosted.'),
    sender_pn: sender_pn.replace('@s.whatsapp.net', ':99@hosted'),
  };
  return [{ ...message, attrs: { ...message.attrs, ...sender } }];
}

/** A call that rings and ends, whose end comes twice, before the message with this id. */
function missedCall({ fiend }: Scene, after: string): Stanza[] {
  const id = after.replace('AFTER-', '');
  if (id === after) return [];
  const call = (tag: string, attrs: Record<string, string>): Stanza =>
    node('call', { id: `${id}-${tag}`, from: fiend.lid, t: '1700000000' }, [
      node(tag, { 'call-id': id, 'call-creator': fiend.lid, ...attrs }),
    ]);
  const end = call('terminate', { reason: 'timeout' });
  return [call('offer', { caller_pn: fiend.jid }), end, end];
}
