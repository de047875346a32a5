/** What callers say of their sessions, as JSON, and the URLs of proxies; only of sessions of which something was said. */
export const sessionProfiles = `
CREATE TABLE session_profiles (
  session_id text PRIMARY KEY,
  profile bytea,
  proxy bytea
);
`;
