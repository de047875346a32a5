/** The collections of an account's app state, in the order in which clients ask for them. */
export const COLLECTION_NAMES = [
  'critical_block',
  'critical_unblock_low',
  'regular_high',
  'regular_low',
  'regular',
] as const;

/** A name of {@link COLLECTION_NAMES}. */
export type CollectionName = (typeof COLLECTION_NAMES)[number];

/** Whether `name` is one of {@link COLLECTION_NAMES}. */
export function isCollectionName(name: string | undefined): name is CollectionName {
  return COLLECTION_NAMES.some((known) => known === name);
}
