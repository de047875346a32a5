/** Tables whose rows only the owner of their session may write. */
const FENCED = ['callbacks', 'signal_keys', 'credentials', 'sent_messages', 'sessions'];

/**
 * Has PostgreSQL note each change of an owner in `seen_epochs`, and each write of a connection that is not that of the session's
 * owner, by its name, in `strays`.
 */
export const WATCHING = `
CREATE TABLE seen_epochs (at serial, session_id text, owner text, incarnation uuid, epoch bigint);
CREATE TABLE strays (session_id text, what text, owner text, writer text);

CREATE FUNCTION note_epoch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'INSERT' OR NEW.epoch <> OLD.epoch OR NEW.owner IS DISTINCT FROM OLD.owner THEN
    INSERT INTO seen_epochs (session_id, owner, incarnation, epoch)
      VALUES (NEW.session_id, NEW.owner, NEW.incarnation, NEW.epoch);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER note_epoch AFTER INSERT OR UPDATE ON ownership FOR EACH ROW EXECUTE FUNCTION note_epoch();

CREATE FUNCTION note_stray() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  owned record;
  writer text := current_setting('application_name');
BEGIN
  SELECT owner, incarnation INTO owned FROM ownership WHERE session_id = NEW.session_id;
  IF writer LIKE 'wa:%' AND writer <> 'wa:' || coalesce(owned.owner, '') || ':' || coalesce(owned.incarnation::text, '') THEN
    INSERT INTO strays VALUES (NEW.session_id, TG_TABLE_NAME, owned.owner, writer);
  END IF;
  RETURN NULL;
END $$;
${FENCED.map(
  (table) =>
    // At the commit: a session and its owner are stored together.
    `CREATE CONSTRAINT TRIGGER note_stray AFTER INSERT OR UPDATE ON ${table} DEFERRABLE INITIALLY DEFERRED
   FOR EACH ROW EXECUTE FUNCTION note_stray();`,
).join('\n')}
`;
