import type { CellAddress } from './encryption/cell-address.ts';

/** Table and column and, for a Signal key, its type: what may be logged of the place of a value. */
export function nameOfPlace({ name }: CellAddress): string {
  const [column = '', , type] = name.split('\0');
  return column === 'signal_keys.value' && type !== undefined ? `${column}, ${type}` : column;
}
