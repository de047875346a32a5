import { bytesOf, childrenOf, type Stanza } from '../../../../simulator/kit/stanza.ts';
import type { Phone } from '../../../../simulator/phones/phone.ts';
import type { Answer } from '../../../harness/ask.ts';
import type { Received } from '../../../harness/test-backend.ts';
import { messagesOf, withoutRepeats } from '../../ledger.ts';
import { waitFor } from '../../stage.ts';
import type { Scene } from './act.ts';

/** Ids for as many messages as each hostility is repeated. */
export function idsFor({ size }: Scene, name: string): string[] {
  return Array.from({ length: size.times }, (_, index) => `${name}-${index}`);
}

/**
 * Changes the fiend's messages to the account on their way, also when they are delivered again. `change` returns what is sent
 * instead.
 */
export function tampering(
  { stage, account, fiend }: Scene,
  change: (message: Stanza) => readonly Stanza[],
): Disposable {
  return stage.whatsapp.use({
    name: 'tamper with the messages of a stranger',
    onSend(stanza, client, send) {
      const isIt = stanza.tag === 'message' && client.number === account.phone.number;
      for (const each of isIt && stanza.attrs.from === fiend.lid ? change(stanza) : [stanza]) send(each);
    },
  });
}

/** Within the MAC of every kind of ciphertext. */
const BYTES_FROM_END = 10;

/** The message with a bit of its ciphertexts flipped, so that nobody can decrypt it. */
export function corrupted(message: Stanza): Stanza {
  return { ...message, content: childrenOf(message).map((child) => (child.tag === 'enc' ? flipped(child) : child)) };
}

/** The ciphertext with a bit flipped. */
export function flipped(sealed: Stanza): Stanza {
  const bytes = Buffer.from(bytesOf(sealed));
  const at = bytes.length - BYTES_FROM_END;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return { ...sealed, content: bytes };
}

/** What a message of a client has encrypted for this phone. */
export function sealedFor(message: Stanza, { jid, lid }: Phone): Stanza[] {
  const tos = childrenOf(message).flatMap((child) => (child.tag === 'participants' ? childrenOf(child) : []));
  const isNamed = (name: string | undefined): boolean => name === jid || name === lid;
  const own = tos.filter(({ attrs }) => isNamed(attrs.jid));
  const isOnly = tos.length === 0 && isNamed(message.attrs.to);
  return (isOnly ? [message] : own).flatMap((to) => childrenOf(to).filter(({ tag }) => tag === 'enc'));
}

/** What the backend was told of the messages with these ids, in order. Waits until it was told of all of them. */
export async function toldOf({ stage, size }: Scene, ids: readonly string[]): Promise<Received[]> {
  const wanted = new Set(ids);
  const arrived: Received[] = [];
  let seen = 0;
  await waitFor(() => {
    // People write all the time: only what is new is looked at.
    const fresh = stage.backend.received.slice(seen);
    seen += fresh.length;
    arrived.push(...messagesOf(fresh).filter((message) => wanted.has(idOf(message))));
    return new Set(arrived.filter(({ status }) => status === 200).map(idOf)).size === wanted.size;
  }, size.patienceMs);
  return withoutRepeats(messagesOf(stage.accepted)).filter((message) => wanted.has(idOf(message)));
}

/** Lets the fiend write a last text, and waits until the backend was told of it: whatever came before it was told by then, or never is. */
export async function untilToldOfTheLast(scene: Scene): Promise<Received | undefined> {
  const id = await scene.fiend.sendText(scene.account.phone, 'and nothing more');
  const [last] = await toldOf(scene, [id]);
  return last;
}

/** What is wrong, in words, unless the messages with these ids were told exactly once. */
export function notOnce(told: readonly Received[], ids: readonly string[]): string[] {
  const times = Map.groupBy(told, idOf);
  const wrong = ids.map((id) => ({ id, count: times.get(id)?.length ?? 0 })).filter(({ count }) => count !== 1);
  const [first] = wrong;
  if (!first) return [];
  return [`${wrong.length} of ${ids.length} were not told once; ${first.id} was told ${first.count} times`];
}

/** What the fiend writes under this id. */
export function textOf(id: string): string {
  return `text of ${id}`;
}

/** What is wrong, in words, unless each of these messages was told with its {@link textOf}. */
export function notAsWritten(told: readonly Received[]): string[] {
  const wrong = told.find((message) => message.body.message_content !== textOf(idOf(message)));
  return wrong ? [`${idOf(wrong)} was told as ${wrong.body.message_type} “${wrong.body.message_content}”`] : [];
}

/** The message id of a webhook. */
export function idOf({ body }: Received): string {
  return (body as { message_id: string }).message_id;
}

/** Sends a text from the account. */
export function say({ stage, account }: Scene, to: string, message: string): Promise<Answer> {
  return stage.process.post(`/sessions/${account.sessionId}/send-message`, { number: to, message });
}

/** The account's session, as the REST interface shows it. */
export async function session({ stage, account }: Scene): Promise<Record<string, unknown>> {
  const { body } = await stage.process.get(`/sessions/${account.sessionId}`);
  return body.data as Record<string, unknown>;
}

/** Closes the account's connection and opens another one. */
export function reconnect({ stage, account }: Scene): Promise<Answer> {
  return stage.process.post(`/sessions/${account.sessionId}/restart`);
}
