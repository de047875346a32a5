import type { BinaryNode, proto } from '@whiskeysockets/baileys';
import { randomBytes } from 'node:crypto';
import { isPoll } from './kinds/poll.ts';

const DECISION_BYTES = 20;

/** The nodes that a message needs beside it in its stanza. */
export function nodesBeside(message: proto.IMessage, nowMs: number): BinaryNode[] {
  if (isPoll(message)) return [{ tag: 'meta', attrs: { polltype: 'creation' } }];
  if (message.pollUpdateMessage) return [{ tag: 'meta', attrs: { polltype: 'vote' } }];
  if (message.eventMessage) return [{ tag: 'meta', attrs: { event_type: 'creation' } }];
  if (message.encEventResponseMessage) return [{ tag: 'meta', attrs: { event_type: 'response' } }];
  return isInteractive(message) ? [businessNode(nowMs)] : [];
}

/** Whether a message has buttons or a list. */
export function isInteractive({ interactiveMessage }: proto.IMessage): boolean {
  return interactiveMessage?.nativeFlowMessage !== null && interactiveMessage?.nativeFlowMessage !== undefined;
}

/**
 * Without exactly one such node, WhatsApp delivers buttons and no client shows them. An `<interactive>` without a child
 * is refused with 479, the older `<buttons>` with 405 (measured: whatsmeow#1235). `mixed` fits every button and list
 * (also whatsapp-rust#628, zapo's `buildButtonAddonNode`); two nodes show nothing (whatsapp-rust#1296). `<bot>`, which
 * others send too, is not needed, and marks the message as one of an AI.
 */
function businessNode(nowMs: number): BinaryNode {
  const decision = { decision_id: randomBytes(DECISION_BYTES).toString('hex'), source_type: 'third_party' };
  return node('biz', { actual_actors: '2', host_storage: '2', privacy_mode_ts: String(Math.floor(nowMs / 1000)) }, [
    node('interactive', { type: 'native_flow', v: '1' }, [node('native_flow', { v: '9', name: 'mixed' })]),
    node('quality_control', decision, [node('decision_source', { value: 'df' })]),
  ]);
}

function node(tag: string, attrs: Record<string, string>, content?: BinaryNode[]): BinaryNode {
  return content ? { tag, attrs, content } : { tag, attrs };
}
