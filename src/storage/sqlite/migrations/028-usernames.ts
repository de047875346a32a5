/** The usernames of people. */
export const usernames = 'ALTER TABLE contact_names ADD COLUMN username TEXT';
