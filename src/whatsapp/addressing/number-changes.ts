import { type BinaryNode, getBinaryNodeChild, type WASocket } from '@whiskeysockets/baileys';
import { isGroup, lidOf, numberOf } from './jid.ts';
import { type RecipientLookup } from './recipient-lookup.ts';

/** Dependencies of {@link takeNumberChanges}. */
export interface NumberChangesDeps {
  lookup: Pick<RecipientLookup, 'forget'>;
  /** The new number could not be stored; the next message of that person says it again. */
  failed: (error: unknown) => void;
}

/** Somebody moved to another number, which Baileys does not take in: the old one is nobody's now, and the LID the same. */
export function takeNumberChanges(
  { ws, signalRepository }: Pick<WASocket, 'ws' | 'signalRepository'>,
  { lookup, failed }: NumberChangesDeps,
): void {
  ws.on('CB:notification,type:contacts', (node: BinaryNode) => {
    const { old, new: pn, new_lid: newLid } = getBinaryNodeChild(node, 'modify')?.attrs ?? {};
    const [gaveUp, lid] = [numberOf(old), lidOf(newLid)];
    if (gaveUp !== null) lookup.forget(gaveUp);
    if (pn === undefined || numberOf(pn) === null || lid === null) return;
    signalRepository.lidMapping.storeLIDPNMappings([{ lid, pn }]).catch(failed);
  });
  ws.on('CB:notification,type:w:gp2', (node: BinaryNode) => {
    const { from = '', participant, participant_pn: pn } = node.attrs;
    const gaveUp = numberOf(pn) ?? numberOf(participant);
    if (isGroup(from) && getBinaryNodeChild(node, 'modify') && gaveUp !== null) lookup.forget(gaveUp);
  });
}
