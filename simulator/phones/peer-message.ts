import { proto, writeRandomPadMax16 } from '@whiskeysockets/baileys';

import type { Endpoint } from '../world/endpoint.ts';
import { messageStanza } from '../world/message-stanza.ts';
import { newMessageId } from './message-id.ts';
import type { PhoneDeps } from './phone-deps.ts';

/** Options of {@link sendPeerMessage}. */
export interface PeerMessageOptions {
  /** The message id; a new one by default. */
  readonly id?: string | undefined;
}

/**
 * Sends bookkeeping from the phone to one of its linked devices: no chat shows it. Resolves with its id once it is sent, now or
 * when the device connects.
 */
export async function sendPeerMessage(
  { account, device: phone, sessions, work, world }: PhoneDeps,
  device: Endpoint,
  message: proto.IMessage,
  { id = newMessageId() }: PeerMessageOptions = {},
): Promise<string> {
  const content = writeRandomPadMax16(proto.Message.encode(message).finish());
  const timestamp = Math.floor(world.now() / 1000);
  const attrs = { category: 'peer', push_priority: 'high' };
  const envelope = { id, from: phone, to: device, chat: account, type: 'text', timestamp, attrs };
  await work.run(async () => {
    const sealed = await sessions.encrypt(device, content);
    device.deliver(messageStanza({ ...envelope, addressing: 'pn' }, [sealed]));
  });
  world.changes.announce();
  return id;
}
