/** A poll as the backend is told of it: by the question itself, or by a vote in it. */
export interface PollState {
  /** The poll that a vote is for; `null` in the question itself, whose id stands beside it. */
  message_id: string | null;
  /** The question and the answers to choose from; `null` in a vote for a poll that we do not know. */
  name: string | null;
  options: string[] | null;
  /** How many one may choose; 0 is any number of them. */
  selectable_count: number | null;
  /** What the voter chose, in the order of the options; empty when the vote was taken back, `null` when it cannot be read. */
  selected: string[] | null;
  /** How the votes stand with this one; `null` in the question itself, and when the vote cannot be read. */
  results: PollResult[] | null;
}

/** How many chose one option. */
export interface PollResult {
  option: string;
  votes: number;
  /** Phone numbers where they are known, else LIDs; who voted last comes last. */
  voters: string[];
}

/** A vote that could be read, and counts. */
export interface PollVote {
  /** The id of the poll. */
  pollId: string;
  /** None of them takes an earlier vote back. */
  options: string[];
  /** By the voter's clock (Unix ms). */
  votedAtMs: number;
}

/** A vote as it is counted: the latest of each voter. */
export interface CountedVote extends PollVote {
  /** The phone number where it is known, else the LID. */
  voter: string;
}

/** A vote to be counted in place of the voter's earlier one. */
export interface VoteCast extends CountedVote {
  /** Every name under which an earlier vote of the same voter may be counted, `voter` among them. */
  names: readonly string[];
}
