import type { LivingNode } from '../ports/ownership.ts';

/** How many of `all` sessions a node should have: in proportion to its capacity, among the nodes that take any. */
export function fairShare(all: number, me: LivingNode, nodes: readonly LivingNode[]): number {
  if (me.isDraining) return 0;
  const capacity = nodes.filter(({ isDraining }) => !isDraining).reduce((sum, node) => sum + node.capacity, 0);
  return capacity === 0 ? all : Math.ceil((all * me.capacity) / capacity);
}

/** The other nodes that take sessions. */
export function takers(nodes: readonly LivingNode[], nodeId: string): LivingNode[] {
  return nodes.filter((node) => !node.isDraining && node.nodeId !== nodeId);
}

/** Of these nodes, those with the newest version: what goes to the others would soon move again. */
export function newest(nodes: readonly LivingNode[]): LivingNode[] {
  const [first] = nodes.map(({ version }) => version).sort((a, b) => compareVersions(b, a));
  return nodes.filter(({ version }) => version === first);
}

/** Divides items among nodes, so that all are equally full in the end, as far as possible. */
export function spread<Item>(items: readonly Item[], nodes: readonly LivingNode[]): Map<Item, string> {
  const owned = new Map(nodes.map((node) => [node, node.load.owned]));
  const fullness = (node: LivingNode) => (owned.get(node) ?? 0) / node.capacity;
  const placed = new Map<Item, string>();
  for (const item of items) {
    const emptiest = nodes.reduce<LivingNode | undefined>(
      (least, node) => (!least || fullness(node) < fullness(least) ? node : least),
      undefined,
    );
    if (!emptiest) break;
    owned.set(emptiest, (owned.get(emptiest) ?? 0) + 1);
    placed.set(item, emptiest.nodeId);
  }
  return placed;
}

/** Numbers within versions count as numbers: 4.10.0 comes after 4.9.1, and after 4.10.0-rc.1. */
function compareVersions(one: string, other: string): number {
  const byNumber = (a = '', b = '') => a.localeCompare(b, 'en', { numeric: true });
  const [[release, before], [otherRelease, otherBefore]] = [one.split('-', 2), other.split('-', 2)];
  const isBeforeRelease = Number(before !== undefined) - Number(otherBefore !== undefined);
  return byNumber(release, otherRelease) || -isBeforeRelease || byNumber(before, otherBefore);
}
