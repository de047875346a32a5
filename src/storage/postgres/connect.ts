import pg from 'pg';
import { originalText } from './text.ts';

/** How a connection is made, besides its URL. */
export interface ConnectOptions {
  /** Shown by PostgreSQL in its list of connections. */
  name: string;
  /** Sends statements without waiting for the answers of those before. */
  pipeline?: boolean;
  /** Ends a transaction that takes longer, in ms: its locks must not stay when this process hangs. */
  transactionTimeoutMs?: number;
}

/** How long a connection may take to be made. */
const CONNECT_TIMEOUT_MS = 3_000;
/** Both sides ask after so long whether the other one is still there: a machine that is gone says nothing. */
const KEEP_ALIVE_MS = 10_000;
/** The server gives a connection up, with its transaction and its locks, some 20 s after the machine at its other end is gone. */
const GIVING_UP =
  '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=3 -c tcp_keepalives_count=3 -c tcp_user_timeout=20000';
/**
 * Statements are planned once for each connection, always to go by their indexes: planning costs more than most of them, and a plan that
 * was made while a table was small is bad later.
 */
const SETTINGS = [
  '-c synchronous_commit=on -c idle_in_transaction_session_timeout=60000',
  '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_mergejoin=off -c jit=off',
  GIVING_UP,
].join(' ');
/** PostgreSQL's number of the type `text`, and of `bigint`. */
const TEXT = 25;
const BIGINT = 20;

const otherParser = pg.types.getTypeParser as (type: number, format?: 'text' | 'binary') => (value: string) => unknown;

/** Numbers stay below 2^53; texts may be escaped. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((type: number, format?: 'text' | 'binary') => {
    if (type === BIGINT) return Number;
    if (type === TEXT) return originalText;
    return otherParser(type, format);
  }) as pg.CustomTypesConfig['getTypeParser'],
};

/** The configuration of a connection to this database. */
export function connectionConfig(url: string, options: ConnectOptions): pg.ClientConfig {
  const { name, pipeline = false, transactionTimeoutMs } = options;
  const address = new URL(url);
  const given = address.searchParams.get('options') ?? '';
  address.searchParams.delete('options');
  const own = transactionTimeoutMs === undefined ? '' : ` -c transaction_timeout=${transactionTimeoutMs}`;
  return {
    connectionString: address.href,
    options: `${given} ${SETTINGS}${own}`.trim(),
    application_name: name,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    ...{ keepAlive: true, keepAliveInitialDelayMillis: KEEP_ALIVE_MS },
    types,
    ...(pipeline && { pipeline }),
  };
}
