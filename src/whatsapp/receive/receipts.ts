import { type BaileysEventMap, proto } from '@whiskeysockets/baileys';
import type { DeliveryUpdate } from '../../domain/message.ts';

const { DELIVERY_ACK, READ, PLAYED } = proto.WebMessageInfo.Status;

// ERROR and SERVER_ACK are missing: they are read from the acknowledgement itself (acks.ts).
const BY_STATUS: Partial<Record<proto.WebMessageInfo.Status, 'delivered' | 'read' | 'played'>> = {
  [DELIVERY_ACK]: 'delivered',
  [READ]: 'read',
  [PLAYED]: 'played',
};

/** Reads the receipts among Baileys' message updates, for messages to one person. */
export function personReceipts(updates: BaileysEventMap['messages.update']): DeliveryUpdate[] {
  return updates.flatMap(({ key, update }) => {
    const status = update.status ? BY_STATUS[update.status] : undefined;
    return status && key.fromMe && key.id ? [deliveryUpdate(key.id, status)] : [];
  });
}

/** Reads the receipts of a group's members; the first one that says more counts for the message. */
export function groupReceipts(updates: BaileysEventMap['message-receipt.update']): DeliveryUpdate[] {
  return updates.flatMap(({ key, receipt }) =>
    key.fromMe && key.id ? [deliveryUpdate(key.id, receipt.readTimestamp ? 'read' : 'delivered')] : [],
  );
}

function deliveryUpdate(messageId: string, status: 'delivered' | 'read' | 'played'): DeliveryUpdate {
  return { messageId, status, errorCode: null, errorMessage: null };
}
