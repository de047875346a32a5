import type { Secret } from '../kit/secret.ts';
import { ConfigError, type EnvironmentReader } from './environment.ts';

/** How this process is one of several nodes that share their sessions. */
export interface ClusterSettings {
  /** Unlike that of any other node, and the same after a restart. */
  nodeId: string;
  /** How other nodes reach this one; `null` until its port is known: it is on this machine then. */
  url: string | null;
  /** Where the internal port listens. */
  host: string;
  /** 0 for any free one. */
  port: number;
  trust: ClusterTrust;
  /** How long after its last beat a node is taken for dead. */
  leaseMs: number;
  /** How long the sessions are handed over one by one when the node ends. */
  drainMs: number;
  /** How many sessions this node is made for: the fair shares of the nodes are in proportion. */
  capacity: number;
}

/** How nodes know each other: by a common secret, or by certificates of a common authority. */
type ClusterTrust = { kind: 'secret'; secret: Secret } | ({ kind: 'tls' } & ClusterTls);

/** PEM files, which may be renewed while the process runs. */
interface ClusterTls {
  caFile: string;
  certFile: string;
  keyFile: string;
  /** The name in the certificates of all nodes; `null` if each has that of its node. */
  name: string | null;
}

const NODE_ID = /^[A-Za-z\d._-]{1,63}$/;
const MIN_SECRET_LENGTH = 32;
const TLS_FILES = 'CLUSTER_TLS_CA_FILE, CLUSTER_TLS_CERT_FILE and CLUSTER_TLS_KEY_FILE';
const MAX_SECONDS = 3_600;

/**
 * Reads how the nodes of a cluster find and trust each other; `null` without `CLUSTER_NODE_ID`: the process is on its own.
 * @throws ConfigError
 */
export function readCluster(
  read: EnvironmentReader,
  { host, databaseUrl }: { host: string; databaseUrl: Secret | null },
): ClusterSettings | null {
  const nodeId = read.matching('CLUSTER_NODE_ID', NODE_ID, '1 to 63 of A-Z, a-z, 0-9, ".", "_" and "-"');
  const port = read.integer('CLUSTER_PORT', 3001, { min: 0, max: 65_535 });
  const trust = readTrust(read);
  const url = read.url('CLUSTER_URL', trust?.kind === 'tls' ? ['https:'] : ['http:'])?.replace(/\/+$/, '');
  const ownHost = read.text('CLUSTER_HOST');
  const size = readTimesAndCapacity(read);
  if (nodeId === undefined) {
    const trustName = trust?.kind === 'tls' ? TLS_FILES : 'CLUSTER_SECRET';
    refuseUseless({ CLUSTER_URL: url, CLUSTER_HOST: ownHost, [trustName]: trust });
    return null;
  }
  requireDatabase(databaseUrl);
  requireTrust(trust);
  return { nodeId, url: url ?? defaultUrl(nodeId, port, trust), host: ownHost ?? host, port, trust, ...size };
}

function requireDatabase(databaseUrl: Secret | null): void {
  if (!databaseUrl) throw new ConfigError('CLUSTER_NODE_ID needs a database that all nodes share: set DATABASE_URL.');
}

function requireTrust(trust: ClusterTrust | undefined): asserts trust {
  if (trust) return;
  throw new ConfigError(`CLUSTER_NODE_ID needs trust between the nodes: set CLUSTER_SECRET, or ${TLS_FILES}.`);
}

function readTimesAndCapacity(read: EnvironmentReader): Pick<ClusterSettings, 'leaseMs' | 'drainMs' | 'capacity'> {
  const [lease, drain] = [read.seconds('CLUSTER_LEASE', 15, 1), read.seconds('CLUSTER_DRAIN', 60)];
  if (lease > MAX_SECONDS) throw new ConfigError(`CLUSTER_LEASE must be at most ${MAX_SECONDS} s.`);
  if (drain > MAX_SECONDS) throw new ConfigError(`CLUSTER_DRAIN must be at most ${MAX_SECONDS} s.`);
  const capacity = read.integer('CLUSTER_CAPACITY', 2_000, { min: 1, max: 1_000_000 });
  return { leaseMs: lease * 1_000, drainMs: drain * 1_000, capacity };
}

function refuseUseless(settings: Record<string, unknown>): void {
  const useless = Object.entries(settings).find(([, value]) => value !== undefined);
  if (useless) throw new ConfigError(`${useless[0]} is for a cluster: set CLUSTER_NODE_ID as well.`);
}

/** The name of a pod or a container is also its host. */
function defaultUrl(nodeId: string, port: number, trust: ClusterTrust): string | null {
  if (port === 0) return null;
  const url = `${trust.kind === 'tls' ? 'https' : 'http'}://${nodeId}:${port}`;
  if (!URL.canParse(url)) throw new ConfigError('CLUSTER_NODE_ID is no name of a host: set CLUSTER_URL as well.');
  return url;
}

function readTrust(read: EnvironmentReader): ClusterTrust | undefined {
  const secret = read.secret('CLUSTER_SECRET');
  const tls = readTls(read);
  if (secret && tls) throw new ConfigError('CLUSTER_SECRET conflicts with CLUSTER_TLS_CA_FILE: set only one of them.');
  if (tls) return { kind: 'tls', ...tls };
  if (!secret) return undefined;
  if (secret.reveal().length < MIN_SECRET_LENGTH) {
    throw new ConfigError(`CLUSTER_SECRET must have at least ${MIN_SECRET_LENGTH} characters.`);
  }
  return { kind: 'secret', secret };
}

function readTls(read: EnvironmentReader): ClusterTls | undefined {
  const files = {
    caFile: read.readableFile('CLUSTER_TLS_CA_FILE'),
    certFile: read.readableFile('CLUSTER_TLS_CERT_FILE'),
    keyFile: read.readableFile('CLUSTER_TLS_KEY_FILE'),
  };
  const name = read.matching('CLUSTER_TLS_NAME', /^[A-Za-z\d.-]{1,253}$/, 'a name as in certificates') ?? null;
  const { caFile, certFile, keyFile } = files;
  if (caFile !== undefined && certFile !== undefined && keyFile !== undefined) {
    return { caFile, certFile, keyFile, name };
  }
  if (name === null && Object.values(files).every((file) => file === undefined)) return undefined;
  throw new ConfigError(`Certificates of nodes need all of ${TLS_FILES}.`);
}
