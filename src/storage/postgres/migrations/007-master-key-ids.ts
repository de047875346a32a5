/**
 * `data_keys.wrapped_by` is the id of the master key that wraps the key: the same in all rows; `NULL` where an earlier version has written
 * the row, or it was moved here, until the next start. `nodes.master_keys` are the ids of those that a node knows.
 */
export const masterKeyIds = `
ALTER TABLE data_keys ADD COLUMN wrapped_by text;
ALTER TABLE nodes ADD COLUMN master_keys text[] NOT NULL DEFAULT '{}';
`;
