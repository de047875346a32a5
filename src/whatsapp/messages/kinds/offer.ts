import type { proto } from '@whiskeysockets/baileys';
import type { MessageContent } from '../../../domain/message.ts';
import { contentOf, firstText } from '../content.ts';

/**
 * Reads what businesses and groups offer: an invitation, an event, an order, a product, a call that was made or missed;
 * `undefined` when `message` is of another kind.
 */
export function read(message: proto.IMessage): MessageContent | undefined {
  const { groupInviteMessage: invite, eventMessage: event, orderMessage: order, productMessage: product } = message;
  if (invite)
    return contentOf('group_invite', { text: firstText(invite.caption, invite.groupName) }, invite.contextInfo);
  if (event) return contentOf('event', { text: firstText(event.name, event.description) }, event.contextInfo);
  if (order) return contentOf('order', { text: firstText(order.message, order.orderTitle) }, order.contextInfo);
  if (product) {
    return contentOf('product', { text: firstText(product.body, product.product?.title) }, product.contextInfo);
  }
  // The protocol spells it this way.
  return (message.call ?? message.callLogMesssage) ? contentOf('call') : undefined;
}
