import { type BinaryNode, getAllBinaryNodeChildren, getBinaryNodeChild, type WASocket } from '@whiskeysockets/baileys';
import { lidOf, numberOf, withoutDevice } from './jid.ts';

/** What follows when somebody changed their number. */
export interface MovedPeopleDeps {
  /** Called with every address of them, old and new ones. */
  moved: (jid: string) => void;
  /** The new number could not be stored; the next message of that person says it again. */
  failed: (error: unknown) => void;
}

/** A notification names few people; more are not worth the work. */
const MOST = 20;

/**
 * Follows people who move to another number, which Baileys does not take in: the old one is nobody's now, and the LID the same.
 * WhatsApp notifies contacts (`contacts`) and members of common groups (`w:gp2`).
 */
export function watchMovedPeople(
  { ws, signalRepository }: Pick<WASocket, 'ws' | 'signalRepository'>,
  { moved, failed }: MovedPeopleDeps,
): void {
  const report = (jids: readonly string[]) => {
    for (const jid of new Set(jids.slice(0, MOST))) moved(jid);
  };
  ws.on('CB:notification,type:contacts', (stanza: BinaryNode) => {
    const change = getBinaryNodeChild(stanza, 'modify');
    if (!change) return;
    report(namedIn(change));
    const { new: pn, new_lid: lid } = change.attrs;
    if (pn === undefined || lid === undefined || numberOf(pn) === null || lidOf(lid) === null) return;
    signalRepository.lidMapping.storeLIDPNMappings([{ lid, pn }]).catch(failed);
  });
  ws.on('CB:notification,type:w:gp2', (stanza: BinaryNode) => {
    const change = getBinaryNodeChild(stanza, 'modify');
    const { participant, participant_pn: pn } = stanza.attrs;
    if (change) report([...addressesIn([participant, pn]), ...namedIn(change)]);
  });
}

/** The people in the attributes of a node and of its children. */
function namedIn(node: BinaryNode): string[] {
  const nodes = [node, ...getAllBinaryNodeChildren(node)];
  return addressesIn(nodes.flatMap(({ attrs }) => Object.values(attrs)));
}

function addressesIn(values: readonly (string | undefined)[]): string[] {
  return values.flatMap((value = '') => ((numberOf(value) ?? lidOf(value)) ? [withoutDevice(value)] : []));
}
