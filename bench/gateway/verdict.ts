/** What became of texts that were written to the accounts of a gateway, in % of them. */
export interface Verdict {
  /** Never arrived. */
  lost: number;
  /** Arrived more than once. */
  repeated: number;
  /** Arrived for the first time after a later text of the same account. */
  disordered: number;
}

/**
 * Judges the accepted texts, in the order of their arrival. `<text> <index>` was written for each index below `count`, round-robin over
 * the accounts. Other texts are ignored.
 */
export function judge(
  accepted: readonly string[],
  { text, count, accounts }: { text: string; count: number; accounts: number },
): Verdict {
  const all = accepted.filter((each) => each.startsWith(`${text} `));
  const firsts = [...new Set(all)].map((each) => Number(each.slice(text.length + 1)));
  const times = Map.groupBy(all, (each) => each);
  /** The latest text of each account so far. */
  const latest = new Map<number, number>();
  const disordered = firsts.filter((index) => {
    const account = index % accounts;
    const last = latest.get(account) ?? -1;
    latest.set(account, Math.max(last, index));
    return index < last;
  });
  const percent = (part: number): number => (part * 100) / count;
  return {
    lost: percent(count - firsts.length),
    repeated: percent([...times.values()].filter(({ length }) => length > 1).length),
    disordered: percent(disordered.length),
  };
}
