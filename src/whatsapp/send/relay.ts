import { jidDecode, type WASocket } from '@whiskeysockets/baileys';
import { isChannel } from '../../domain/channel.ts';
import type { DeliveryUpdate } from '../../domain/message.ts';
import { messageOf } from '../../kit/failure.ts';
import { isGroup } from '../addressing/jid.ts';
import { encryptedFor } from '../baileys/connection-context.ts';
import type { WrittenMessage } from '../messages/write.ts';
import type { Ack } from './acks.ts';
import { publish } from './publish.ts';
import type { OwnTokens } from './own-tokens.ts';

/** What a message is relayed with. */
export interface RelayDeps {
  socket: WASocket;
  tokens: OwnTokens;
  /** Called for a message that was not sent after all, or reached no device. */
  undelivered: (update: DeliveryUpdate) => void;
}

/** A message that is ready to be sent. */
export interface ReadyMessage {
  to: string;
  messageId: string;
  written: WrittenMessage;
  /** Resolves when the message is stored; nothing is sent before that. */
  stored: Promise<void>;
  /** For a status: those who may see it. */
  audience?: readonly string[] | undefined;
}

/**
 * Hands a message to Baileys, which encrypts and sends it. Resolves with the failure, if any, after reporting it to
 * `undelivered`: nobody may be waiting for it any more.
 */
export async function relay(
  { socket, tokens, undelivered }: RelayDeps,
  ready: ReadyMessage,
): Promise<Failure | undefined> {
  const why = await relayFailure(socket, ready);
  if (!why) {
    void tokens.sent(ready.to, ready.written.message);
    return undefined;
  }
  const failure = { status: 'failed', errorCode: why.code } as const;
  undelivered({ ...failure, messageId: ready.messageId, errorMessage: why.message });
  return failure;
}

type Failure = Extract<Ack, { status: 'failed' }>;

async function relayFailure(
  socket: WASocket,
  { to, messageId, written, stored, audience }: ReadyMessage,
): Promise<{ code: string; message: string } | undefined> {
  const { message, attributes: additionalAttributes, nodes: additionalNodes } = written;
  const options = {
    ...{ messageId, additionalAttributes, additionalNodes },
    ...(audience && { statusJidList: [...audience] }),
  };
  try {
    if (isChannel(to)) {
      await stored;
      await publish(socket, { to, messageId, written });
      return undefined;
    }
    const devices = await encryptedFor(stored, () => socket.relayMessage(to, message, options));
    return isGroup(to) || reaches(to, devices, socket) ? undefined : NO_DEVICES;
  } catch (error) {
    return { code: 'not_sent', message: messageOf(error) };
  }
}

const NO_DEVICES = { code: 'no_devices', message: 'WhatsApp named no reachable device of the recipient' };

/** Whether one of these devices is the recipient's: Baileys also encrypts for our own devices, and does not mind if there are no others. */
function reaches(to: string, devices: readonly string[], { authState }: WASocket): boolean {
  const own = [authState.creds.me?.id, authState.creds.me?.lid].map((jid) => jidDecode(jid)?.user);
  if (own.includes(jidDecode(to)?.user)) return true;
  return devices.some((jid) => !own.includes(jidDecode(jid)?.user));
}
