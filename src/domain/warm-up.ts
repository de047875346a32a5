/** How many conversations a new session may begin per day, from a day on. */
export interface WarmUpStage {
  /** From 1. */
  fromDay: number;
  /** `null` when the warm-up is over. */
  perDay: number | null;
}

/** What a session does in place of `WARM_UP`: the usual plan, none, or one of its own, in the order of its days. */
export type WarmUpChoice = boolean | readonly WarmUpStage[];
