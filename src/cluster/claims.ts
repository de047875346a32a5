/** What a node knows before it takes sessions. */
export interface ClaimSituation {
  share: number;
  owned: number;
  /** How many sessions no living node owns. */
  unowned: number;
  /** How many looks in a row there were such sessions, with this one. */
  looks: number;
}

/** After this many looks, somebody else had the time to take them. */
const PATIENT_LOOKS = 2;
const MIN_AT_ONCE = 25;
const MAX_AT_ONCE = 500;

/**
 * How many sessions to take at once: up to the fair share, and more only when nobody else has taken them for a while. A part
 * of it at a time, so that nodes which look at the same moment all get some.
 */
export function howManyToClaim({ share, owned, unowned, looks }: ClaimSituation): number {
  const wanted = looks > PATIENT_LOOKS ? unowned : Math.min(unowned, share - owned);
  const atOnce = Math.min(MAX_AT_ONCE, Math.max(MIN_AT_ONCE, Math.ceil(wanted / 4)));
  return Math.max(0, Math.min(wanted, atOnce));
}
