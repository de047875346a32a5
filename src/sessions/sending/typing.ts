import type { TypingState } from '../../domain/chat.ts';
import { isMedia, type OutgoingContent } from '../../domain/outgoing.ts';
import { type Clock, wait } from '../../kit/clock.ts';
import type { Random } from '../../kit/random.ts';
import { SerialQueue } from '../../kit/serial-queue.ts';
import type { Connection } from '../../ports/connection.ts';

/** How fast people type, and for how long it is shown. */
const PER_CHARACTER_MS = { least: 40, most: 80 };
const SHORTEST_MS = 1_000;
const LONGEST_MS = 6_000;

/** Dependencies of a session's {@link Typing}. */
export interface TypingDeps {
  /** `SIMULATE_TYPING`. */
  enabled: boolean;
  clock: Clock;
  random: Random;
}

/** Shows "typing…" or "recording…" before each message, for as long as a person would take. */
export class Typing {
  readonly #deps: TypingDeps;
  /** One message is typed at a time, and the first one is sent first. */
  readonly #turns = new SerialQueue();

  constructor(deps: TypingDeps) {
    this.#deps = deps;
  }

  /** Shows that a message to this JID is being typed. A failure never keeps the message from being sent. */
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

const ONE_TAP = new Set<OutgoingContent['type']>([
  ...(['reaction', 'delete', 'forward', 'pin', 'keep', 'vote', 'event_answer', 'album'] as const),
]);

/** Nobody sees somebody typing what takes one tap. */
function stateOf(content: OutgoingContent): TypingState | undefined {
  if (content.type === 'voice') return 'recording';
  return ONE_TAP.has(content.type) ? undefined : 'composing';
}

function textOf(content: OutgoingContent): string {
  if (isMedia(content)) return content.caption ?? '';
  return 'text' in content ? content.text : '';
}

function nothing(): void {
  // The message does not depend on it.
}
