import { Fragment, type Value } from './sql.ts';

/** The value of a column in a row. */
type Cell = string | number | boolean | Uint8Array | null;

/** A column of {@link given}: the type of its values in PostgreSQL, and one value for each row. */
type Column = readonly [type: 'text' | 'bigint' | 'bytea' | 'boolean', cells: readonly Cell[]];

/** Up to so many rows are written out. */
const FEW = 8;

/**
 * Rows as a part of a statement: a table named `given` with these columns, for `FROM`. Many rows are an array for each column, so
 * that any number of them shares a prepared statement. A few are written out, and each number of them has a statement of its own:
 * PostgreSQL makes a table in memory of each array, which costs more than a few rows do, and a single row becomes mere parameters.
 */
export function given(columns: Readonly<Record<string, Column>>): Fragment {
  const all = Object.values(columns);
  const names = ` AS given (${Object.keys(columns).join(', ')})`;
  const rows = all[0]?.[1].length ?? 0;
  if (rows === 0 || rows > FEW) {
    const arrays = all.map(([type, cells]) => new Fragment(['', `::${type}[]`], [cells as Value]));
    return new Fragment(['unnest(', `)${names}`], [listed(arrays)]);
  }
  const written = Array.from({ length: rows }, (_, row) => {
    const cells = all.map(([type, values]) => new Fragment(['', `::${type}`], [values[row] as Cell]));
    return new Fragment(['(', ')'], [listed(cells)]);
  });
  return new Fragment(['(VALUES ', `)${names}`], [listed(written)]);
}

/** Separated by commas. */
function listed(parts: readonly Fragment[]): Fragment {
  return new Fragment(['', ...parts.slice(1).map(() => ', '), ''], parts);
}
