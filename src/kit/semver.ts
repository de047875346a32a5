const NUMBER = '(0|[1-9]\\d{0,8})';
const FORM = new RegExp(
  `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?(?:\\+[0-9A-Za-z.-]+)?$`,
);
const MAX_LENGTH = 64;

/** Whether a value is a version by Semantic Versioning, of at most 64 characters. */
export function isVersion(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_LENGTH && FORM.test(value);
}

/** Whether one version has precedence over another by Semantic Versioning; `false` if one of them is none. */
export function isNewer(one: string, other: string): boolean {
  if (!isVersion(one) || !isVersion(other)) return false;
  const [left, right] = [partsOf(one), partsOf(other)];
  const at = left.numbers.findIndex((number, index) => number !== right.numbers[index]);
  if (at >= 0) return (left.numbers[at] ?? 0) > (right.numbers[at] ?? 0);
  if (!left.before || !right.before) return !left.before && right.before !== undefined;
  return isLater(left.before.split('.'), right.before.split('.'));
}

function partsOf(version: string): { numbers: number[]; before: string | undefined } {
  const [, major, minor, patch, before] = FORM.exec(version) ?? [];
  return { numbers: [major, minor, patch].map(Number), before };
}

/** Numbers are before words, and fewer identifiers before more. */
function isLater(one: readonly string[], other: readonly string[]): boolean {
  for (const [index, left] of one.entries()) {
    const right = other[index];
    if (right === undefined) return true;
    if (left === right) continue;
    const [isNumber, isOtherNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)];
    if (isNumber && isOtherNumber) return Number(left) > Number(right);
    return isNumber === isOtherNumber ? left > right : isOtherNumber;
  }
  return false;
}
