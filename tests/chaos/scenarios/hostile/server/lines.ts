import { node, SERVER, type Stanza } from '../../../../../simulator/kit/stanza.ts';
import type { Act } from '../act.ts';
import { idsFor, notAsWritten, notOnce, say, sealedFor, session, tampering, textOf, toldOf } from '../tools.ts';

/** What a server does on a connection that is logged in. */
export const LINES: readonly Act[] = [
  {
    name: 'foreign pre-keys',
    async play(scene) {
      const { stage, account, fiend, size } = scene;
      stage.whatsapp.fault('foreign-pre-key', { number: fiend.number });
      const leaked: Stanza[] = [];
      using tampered = new DisposableStack();
      tampered.use(
        stage.whatsapp.use({
          name: 'read what is for a stranger',
          onStanza(stanza) {
            if (stanza.tag === 'message') leaked.push(...sealedFor(stanza, fiend));
            return false;
          },
        }),
      );
      const refused: string[] = [];
      let sent = 0;
      for (let round = 0; round < size.times; round += 1) {
        const secret = await say(scene, fiend.number, `a secret ${round}`);
        refused.push(String(secret.body.error));
        const other = await say(scene, account.friend.number, `no secret ${round}`);
        if (other.body.status === 'sent') sent += 1;
      }
      stage.whatsapp.clearFaults();
      const told = refused.filter((error) => error === 'message_not_sent').length;
      return {
        figure: `${size.times} messages for a foreign pre-key, ${told} refused, ${leaked.length} encrypted for it; ${sent} sent elsewhere`,
        problems: [
          ...(leaked.length === 0 ? [] : [`${leaked.length} messages were encrypted for a foreign pre-key`]),
          ...(told === size.times ? [] : [`they were answered with ${[...new Set(refused)].join()}`]),
          ...(sent === size.times ? [] : [`only ${sent} messages to others were sent`]),
        ],
      };
    },
  },
  {
    name: 'stray offers of pairing',
    async play(scene) {
      const { stage, account, fiend } = scene;
      const { logins } = stage.whatsapp.stats();
      const ids = idsFor(scene, 'STRAY');
      using tampered = new DisposableStack();
      tampered.use(tampering(scene, (message) => [...offers(account.phone.jid), message]));
      for (const id of ids) await fiend.sendText(account.phone, textOf(id), { id });
      const told = await toldOf(scene, ids);
      const { status, phone_number: number } = await session(scene);
      const more = stage.whatsapp.stats().logins - logins;
      return {
        figure: `${2 * ids.length} stray offers of pairing, ${more} logins, ${told.length} messages behind them told`,
        problems: [
          ...notOnce(told, ids),
          ...notAsWritten(told),
          ...(more === 0 ? [] : [`${more} logins`]),
          ...(status === 'connected' && number === account.phone.number ? [] : [`the session is ${String(status)}`]),
        ],
      };
    },
  },
];

/** Stanzas that only a connection gets that is not logged in. */
function offers(jid: string): Stanza[] {
  const device = node('device', { jid: jid.replace('@', ':9@') });
  return ['pair-device', 'pair-success'].map((tag) =>
    node('iq', { from: SERVER, type: 'set', id: `STRAY-${tag}`, xmlns: 'md' }, [
      node(tag, {}, [node('ref', {}, Buffer.from('2@stray')), device]),
    ]),
  );
}
