import type { proto, WASocket } from '@whiskeysockets/baileys';
import type { ChatTimer } from '../../domain/chat.ts';
import type { OutgoingContent } from '../../domain/outgoing.ts';
import { isGroup } from '../addressing/jid.ts';
import { peopleOf } from '../addressing/people.ts';
import { isTimer, timerContext } from '../messages/chat-timer.ts';
import { namesOf } from '../receive/sender.ts';

/** Where the timers of chats are known from. */
export interface ChatTimers {
  socket: Pick<WASocket, 'authState'>;
  /** The timer that was last named in the chat with these names. */
  timerOf: (names: readonly string[]) => Promise<ChatTimer | undefined>;
  /** What WhatsApp says of a group; 0 or nothing is off. */
  groupMetadata: (groupId: string) => Promise<{ ephemeralDuration?: number; participants?: { id: string }[] }>;
}

/** Kinds that are about another message, and disappear with it. */
const WITHOUT_TIMER = new Set<OutgoingContent['type']>([
  ...(['reaction', 'edit', 'delete', 'pin', 'keep', 'vote', 'event_answer'] as const),
]);

/** What a content to this chat says of the chat's disappearing timer; without one, recipients are told that it stays. */
export async function timerFor(
  timers: ChatTimers,
  to: string,
  { type }: OutgoingContent,
): Promise<proto.IContextInfo | undefined> {
  if (WITHOUT_TIMER.has(type)) return undefined;
  const timer = isGroup(to) ? await ofGroup(timers, to) : await ofPerson(timers, to);
  return timer && timer.seconds > 0 ? timerContext(timer) : undefined;
}

async function ofPerson({ socket, timerOf }: ChatTimers, jid: string): Promise<ChatTimer | undefined> {
  return timerOf(await namesOf([jid], (all) => peopleOf(socket.authState.keys, all)));
}

/** Its metadata says for how long, but not since when. */
async function ofGroup({ groupMetadata, timerOf }: ChatTimers, groupId: string): Promise<ChatTimer | undefined> {
  const { ephemeralDuration: seconds } = await groupMetadata(groupId);
  if (!isTimer(seconds)) return undefined;
  const noted = await timerOf([groupId]);
  return noted?.seconds === seconds ? noted : { seconds, setAtMs: null };
}
