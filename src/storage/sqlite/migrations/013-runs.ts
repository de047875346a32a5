/** What the file was like when it was last in use: a restored copy is recognized by it. One row at most. */
export const runs = `
CREATE TABLE runs (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  token TEXT NOT NULL,
  inode TEXT NOT NULL
) STRICT;
`;
