/** A poll in a callback: either the poll itself, or a vote in it. */
export interface PollState {
  /** The poll that a vote belongs to; `null` for the poll itself, whose id is that of the message. */
  message_id: string | null;
  /** The question and the options; `null` for a vote in an unknown poll. */
  name: string | null;
  options: string[] | null;
  /** How many options a voter may select; 0 for any number. */
  selectable_count: number | null;
  /** The chosen options, in their order in the poll; empty if the vote was withdrawn, `null` if it cannot be decrypted. */
  selected: string[] | null;
  /** The results including this vote; `null` for the poll itself, and if the vote cannot be decrypted. */
  results: PollResult[] | null;
}

/** The result for one option. */
export interface PollResult {
  option: string;
  votes: number;
  /** Phone numbers where known, otherwise LIDs; the latest voter comes last. */
  voters: string[];
}

/** A decrypted vote. */
export interface PollVote {
  /** The id of the poll. */
  pollId: string;
  /** Empty withdraws an earlier vote. */
  options: string[];
  /** By the voter's clock (Unix ms). */
  votedAtMs: number;
}

/** The latest vote of a voter, as it is counted. */
export interface CountedVote extends PollVote {
  /** The phone number if known, otherwise the LID. */
  voter: string;
}

/** A vote that replaces the voter's earlier one. */
export interface VoteCast extends CountedVote {
  /** Every name under which an earlier vote of this voter may be counted, including `voter`. */
  names: readonly string[];
}
