/**
 * Several nodes on one database.
 * `nodes` has a row for each run of a node; it stays while a dead run still owns something. `ownership` has a row for each session, and
 * for each deleted one that still has callbacks to deliver. `epoch` grows with each new owner: see
 * `cluster/fence.ts`. `changed_at` is when it got this owner, or lost the last one.
 * `cluster.keys_version` and `settings_version` grow with each change of an API key, or of a setting.
 */
export const cluster = `
CREATE TABLE nodes (
  node_id text NOT NULL,
  incarnation uuid NOT NULL,
  url text NOT NULL,
  version text NOT NULL,
  capacity integer NOT NULL,
  beat bigint NOT NULL DEFAULT 0,
  owned integer NOT NULL DEFAULT 0,
  online integer NOT NULL DEFAULT 0,
  draining boolean NOT NULL DEFAULT false,
  dead boolean NOT NULL DEFAULT false,
  PRIMARY KEY (node_id, incarnation)
) WITH (fillfactor = 50);

CREATE TABLE ownership (
  session_id text PRIMARY KEY,
  owner text,
  incarnation uuid,
  epoch bigint NOT NULL DEFAULT 0,
  wanted_by text,
  changed_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 40);
CREATE INDEX ownership_of ON ownership (owner, incarnation);
CREATE INDEX ownership_free ON ownership (session_id) WHERE owner IS NULL;

ALTER TABLE cluster
  ADD COLUMN keys_version bigint NOT NULL DEFAULT 0,
  ADD COLUMN settings_version bigint NOT NULL DEFAULT 0;

CREATE FUNCTION fence(ids text[], epochs bigint[], node text, run uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  held text[];
BEGIN
  held := ARRAY(SELECT session_id FROM ownership JOIN unnest(ids, epochs) AS asked (id, at) ON session_id = id
    WHERE owner = node AND incarnation = run AND epoch = at FOR KEY SHARE OF ownership);
  IF cardinality(held) < cardinality(ids) THEN
    RAISE EXCEPTION 'sessions belong to another node' USING ERRCODE = 'WA001',
      DETAIL = (SELECT json_agg(id) FROM unnest(ids) AS id WHERE id <> ALL (held));
  END IF;
END
$$;
`;
