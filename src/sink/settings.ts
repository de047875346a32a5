import type { Secret } from '../kit/secret.ts';

/** Where events are written to. */
export interface SinkSettings {
  /** `SINK_DATABASE_URL`. */
  url: Secret;
  /** `SINK_TABLE`, of the form {@link TABLE_NAME}. */
  table: string;
}

/**
 * Where events are written: a name, as PostgreSQL has it without quotes, optionally after that of a schema. It is written into statements
 * as it is; the names of the second table and of the index are longer.
 */
export const TABLE_NAME = /^(?:[a-z_][a-z0-9_]{0,62}\.)?[a-z_][a-z0-9_]{0,49}$/;
