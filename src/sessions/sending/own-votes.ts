import type { VoteCast } from '../../domain/poll.ts';
import type { SessionId } from '../../domain/session-id.ts';

/** A message of a session. */
interface MessageOf {
  sessionId: SessionId;
  messageId: string;
}

/** The votes that are on their way to WhatsApp. They count once it has accepted them. */
export class OwnVotes {
  readonly #pending = new Map<string, VoteCast>();

  /** Remembers the vote that is sent as this message, unless sending fails. */
  async during<Outcome extends { status: string }>(
    message: MessageOf,
    vote: VoteCast | undefined,
    send: () => Promise<Outcome>,
  ): Promise<Outcome> {
    if (!vote) return send();
    const key = keyOf(message);
    this.#pending.set(key, vote);
    let status = 'failed';
    try {
      const outcome = await send();
      ({ status } = outcome);
      return outcome;
    } finally {
      if (status === 'failed') this.#pending.delete(key);
    }
  }

  /** The vote that was sent as this message, once. */
  take(message: MessageOf): VoteCast | undefined {
    const key = keyOf(message);
    const vote = this.#pending.get(key);
    this.#pending.delete(key);
    return vote;
  }
}

function keyOf({ sessionId, messageId }: MessageOf): string {
  return `${sessionId} ${messageId}`;
}
