import { ALL_EVENT_KINDS, type AnyEventKind } from '../domain/further-event.ts';
import { type SinkSettings, TABLE_NAME } from '../sink/settings.ts';
import type { EnvironmentReader } from './environment.ts';
import { postgresUrl } from './postgres-url.ts';

/** The table of the operator's into which events are written. */
export interface SinkConfig extends SinkSettings {
  /** Those that are written; `null` for all. */
  events: readonly AnyEventKind[] | null;
  /** `SINK_RETENTION`: the age up to which events wait for the table, in ms. */
  retentionMs: number;
}

const DEFAULT_RETENTION_S = 7 * 86_400;

/** Reads where events are written to; `null` for nowhere. */
export function readSink(read: EnvironmentReader): SinkConfig | null {
  const url = postgresUrl(read, 'SINK_DATABASE_URL');
  const form = 'a name of a-z, 0-9 and "_" with at most 50 characters, optionally after "schema."';
  const table = read.matching('SINK_TABLE', TABLE_NAME, form);
  const names = read.list('SINK_EVENTS');
  const retentionMs = read.seconds('SINK_RETENTION', DEFAULT_RETENTION_S) * 1_000;
  if (url) {
    const events = names.length === 0 ? null : kindsOf(read, names);
    return { url, table: table ?? 'whatsapp_events', events, retentionMs };
  }
  const useless = table === undefined ? names.length > 0 && 'SINK_EVENTS' : 'SINK_TABLE';
  if (useless && !read.isRefused('SINK_DATABASE_URL')) {
    read.refuse(useless, `${useless} is for events in a table: set SINK_DATABASE_URL as well.`);
  }
  return null;
}

function kindsOf(read: EnvironmentReader, names: readonly string[]): AnyEventKind[] {
  return names.flatMap((name) => {
    const kind = ALL_EVENT_KINDS.find((known) => known === name);
    if (kind !== undefined) return [kind];
    read.refuse('SINK_EVENTS', `SINK_EVENTS must be names of ${ALL_EVENT_KINDS.join(', ')}.`);
    return [];
  });
}
