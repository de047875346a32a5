import { type BinaryNode, getAllBinaryNodeChildren, type WASocket } from '@whiskeysockets/baileys';
import { lidOf, numberOf, withoutDevice } from './jid.ts';

/** A notification names few people; more are not worth the work. */
const MOST = 20;

/**
 * Calls `moved` with every address of somebody who changed their number, old and new ones: WhatsApp notifies contacts (`contacts`)
 * and members of common groups (`w:gp2`).
 */
export function watchMovedPeople({ ws }: Pick<WASocket, 'ws'>, moved: (jid: string) => void): void {
  for (const type of ['contacts', 'w:gp2'])
    ws.on(`CB:notification,type:${type},modify`, (stanza: BinaryNode) => {
      const named = getAllBinaryNodeChildren(stanza).flatMap(namedIn);
      for (const jid of new Set(named.slice(0, MOST))) moved(jid);
    });
}

/** The people in the attributes of a node and of its children. */
function namedIn(node: BinaryNode): string[] {
  const nodes = [node, ...getAllBinaryNodeChildren(node)];
  const values = nodes.flatMap(({ attrs }) => Object.values(attrs));
  return values.flatMap((value) => ((numberOf(value) ?? lidOf(value)) ? [withoutDevice(value)] : []));
}
