import { type TypingState } from '../../domain/chat.ts';
import { isMedia, type OutgoingContent } from '../../domain/outgoing.ts';
import { type Clock, wait } from '../../kit/clock.ts';
import { type Random } from '../../kit/random.ts';
import { SerialQueue } from '../../kit/serial-queue.ts';
import { type Connection } from '../../ports/connection.ts';

/** How fast people type, and how long anybody waits for it. */
const PER_CHARACTER_MS = { least: 40, most: 80 };
const SHORTEST_MS = 1_000;
const LONGEST_MS = 6_000;

/** What the typing of one session depends on. */
export interface TypingDeps {
  /** `SIMULATE_TYPING`. */
  enabled: boolean;
  clock: Clock;
  random: Random;
}

/** Shows in the conversation that the account types or records before each message, as long as a person would take for it. */
export class Typing {
  readonly #deps: TypingDeps;
  /** Nobody types two messages at once, and the first one is sent first. */
  readonly #turns = new SerialQueue();

  constructor(deps: TypingDeps) {
    this.#deps = deps;
  }

  /** Types what is about to be sent to this JID; it is never a reason not to send it. */
  async before(content: OutgoingContent, to: string, connection: Pick<Connection, 'chats'>): Promise<void> {
    if (!this.#deps.enabled) return;
    const state = stateOf(content);
    if (state)
      await this.#turns.run(() => this.#type(state, this.#duration(content), { to, connection })).catch(nothing);
  }

  async #type(
    state: TypingState,
    durationMs: number,
    { to, connection }: { to: string; connection: Pick<Connection, 'chats'> },
  ): Promise<void> {
    const recipient = { kind: 'jid', jid: to } as const;
    await connection.chats.type(recipient, state);
    await wait(this.#deps.clock, durationMs);
    await connection.chats.type(recipient, 'paused');
  }

  #duration(content: OutgoingContent): number {
    const { least, most } = PER_CHARACTER_MS;
    const perCharacterMs = least + this.#deps.random.fraction() * (most - least);
    return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, textOf(content).length * perCharacterMs));
  }
}

/** Reactions, deletions and forwards are a touch of a finger. */
function stateOf(content: OutgoingContent): TypingState | undefined {
  if (content.type === 'voice') return 'recording';
  return ['reaction', 'delete', 'forward'].includes(content.type) ? undefined : 'composing';
}

function textOf(content: OutgoingContent): string {
  if (isMedia(content)) return content.caption ?? '';
  return 'text' in content ? content.text : '';
}

function nothing(): void {
  // Without the typing the message is as good.
}
