import { type BinaryNode, getBinaryNodeChildren, type WASocket } from '@whiskeysockets/baileys';

/** Of these Baileys asks for everything anew, and then declares them clean. */
const BAILEYS_CLEANS: ReadonlySet<string> = new Set(['groups', 'communities']);
const TYPE = /^\w{1,64}$/;
const TIME = /^\d{1,16}$/;

/**
 * WhatsApp says at a login what of the account has changed meanwhile, again and again until the client declares it clean. Baileys
 * does that for groups. It forgets it at the first login, and for everything that it does not know; of none of it we keep a copy.
 */
export function declareClean(socket: WASocket, failed: (error: unknown) => void): void {
  socket.ws.on('CB:ib,,dirty', (node: BinaryNode) => {
    for (const { attrs } of getBinaryNodeChildren(node, 'dirty')) {
      const { type = '', timestamp = '' } = attrs;
      if (!TYPE.test(type) || BAILEYS_CLEANS.has(type)) continue;
      const clean = { tag: 'clean', attrs: { type, ...(TIME.test(timestamp) && { timestamp }) } };
      const attributes = { to: 's.whatsapp.net', type: 'set', xmlns: 'urn:xmpp:whatsapp:dirty' };
      const id = socket.generateMessageTag();
      socket.sendNode({ tag: 'iq', attrs: { ...attributes, id }, content: [clean] }).catch(failed);
    }
  });
}
