/**
 * The files of messages. Times are Unix milliseconds.
 * `callbacks.hold_until_ms` is how long a callback waits at most for the file that it announces. `media_files.path` is below
 * `DOWNLOADS_DIR`; the rows outlive their session, as the files do.
 */
export const mediaFiles = `
ALTER TABLE callbacks ADD COLUMN hold_until_ms INTEGER;
CREATE INDEX callbacks_held ON callbacks (hold_until_ms) WHERE state = 'pending' AND hold_until_ms IS NOT NULL;

CREATE TABLE media_files (
  session_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  path TEXT NOT NULL,
  mimetype TEXT,
  file_name TEXT,
  size INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  PRIMARY KEY (session_id, message_id)
) STRICT;
CREATE INDEX media_files_by_age ON media_files (created_at_ms);
`;
