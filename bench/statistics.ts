/** The median: the middle value, or the mean of the two middle values. @throws RangeError without values */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The value below which `percent` % of the values lie, interpolated linearly. @throws RangeError without values */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = ((sorted.length - 1) * percent) / 100;
  const [below, above] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
  if (below === undefined || above === undefined) throw new RangeError('There are no values.');
  return below + (above - below) * (rank - Math.floor(rank));
}

/** Between which of the values the true median is with 95 % certainty or more, by their order alone; undefined with fewer than six. */
export function medianInterval(values: readonly number[]): [from: number, to: number] | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const { length } = sorted;
  // How likely it is that at most `below` of the values are on one side of the median.
  let [below, chance, tail] = [-1, 0.5 ** length, 0];
  while (tail + chance <= 0.025) {
    tail += chance;
    below += 1;
    chance *= (length - below) / (below + 1);
  }
  const [from, to] = [sorted[below], sorted[length - 1 - below]];
  return from === undefined || to === undefined ? undefined : [from, to];
}

/** The slope of the least-squares fit: how much `y` grows per unit of `x`. @throws RangeError with fewer than two different `x` */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  const spread = sum(points.map(([x]) => (x - meanX) ** 2));
  if (!(spread > 0)) throw new RangeError('A slope needs two different values of x.');
  return sum(points.map(([x, y]) => (x - meanX) * (y - meanY))) / spread;
}

/** Divides each of `ours` by the value of `theirs` from the same run. */
export function ratios(ours: readonly number[], theirs: readonly number[]): number[] {
  return pairs(ours, theirs).map(([our, their]) => our / their);
}

/** Subtracts from each of `ours` the value of `theirs` from the same run. */
export function differences(ours: readonly number[], theirs: readonly number[]): number[] {
  return pairs(ours, theirs).map(([our, their]) => our - their);
}

function pairs(ours: readonly number[], theirs: readonly number[]): [number, number][] {
  if (ours.length !== theirs.length) throw new RangeError('Pairs need two values each.');
  return ours.map((value, index) => [value, theirs[index] ?? NaN]);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
