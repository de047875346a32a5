import type { Secret } from '../kit/secret.ts';
import type { EnvironmentReader } from './environment.ts';
import { HOW_TO_MAKE, refuseWeak } from './weak-secret.ts';

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
 */
export function readCluster(
  read: EnvironmentReader,
  { host, databaseUrl, production }: { host: string; databaseUrl: Secret | null; production: boolean },
): ClusterSettings | null {
  const nodeId = read.matching('CLUSTER_NODE_ID', NODE_ID, '1 to 63 of A-Z, a-z, 0-9, ".", "_" and "-"');
  const port = read.integer('CLUSTER_PORT', 3001, { min: 0, max: 65_535 });
  const trust = readTrust(read, production);
  const url = read.url('CLUSTER_URL', trust?.kind === 'tls' ? ['https:'] : ['http:'])?.replace(/\/+$/, '');
  const ownHost = read.text('CLUSTER_HOST');
  const size = readTimesAndCapacity(read);
  if (nodeId === undefined) {
    const trustName = trust?.kind === 'tls' ? TLS_FILES : 'CLUSTER_SECRET';
    refuseUseless(read, { CLUSTER_URL: url, CLUSTER_HOST: ownHost, [trustName]: trust });
    return null;
  }
  requireDatabase(read, databaseUrl);
  if (!trust) {
    refuseWithoutTrust(read);
    return null;
  }
  return { nodeId, url: url ?? defaultUrl(read, { nodeId, port, trust }), host: ownHost ?? host, port, trust, ...size };
}

function requireDatabase(read: EnvironmentReader, databaseUrl: Secret | null): void {
  if (databaseUrl || read.isRefused('DATABASE_URL')) return;
  read.refuse('DATABASE_URL', 'CLUSTER_NODE_ID needs a database that all nodes share: set DATABASE_URL.');
}

function refuseWithoutTrust(read: EnvironmentReader): void {
  if (read.isRefused('CLUSTER_SECRET', 'CLUSTER_TLS_CA_FILE', 'CLUSTER_TLS_CERT_FILE', 'CLUSTER_TLS_KEY_FILE')) return;
  const sentence = `CLUSTER_NODE_ID needs trust between the nodes: set CLUSTER_SECRET (${HOW_TO_MAKE}), or ${TLS_FILES}.`;
  read.refuse('CLUSTER_SECRET', sentence);
}

function readTimesAndCapacity(read: EnvironmentReader): Pick<ClusterSettings, 'leaseMs' | 'drainMs' | 'capacity'> {
  const [lease, drain] = [read.seconds('CLUSTER_LEASE', 15, 1), read.seconds('CLUSTER_DRAIN', 60)];
  if (lease > MAX_SECONDS) read.refuse('CLUSTER_LEASE', `CLUSTER_LEASE must be at most ${MAX_SECONDS} s.`);
  if (drain > MAX_SECONDS) read.refuse('CLUSTER_DRAIN', `CLUSTER_DRAIN must be at most ${MAX_SECONDS} s.`);
  const capacity = read.integer('CLUSTER_CAPACITY', 2_000, { min: 1, max: 1_000_000 });
  return { leaseMs: lease * 1_000, drainMs: drain * 1_000, capacity };
}

function refuseUseless(read: EnvironmentReader, settings: Record<string, unknown>): void {
  const useless = Object.entries(settings).find(([, value]) => value !== undefined);
  if (useless && !read.isRefused('CLUSTER_NODE_ID'))
    read.refuse(useless[0], `${useless[0]} is for a cluster: set CLUSTER_NODE_ID as well.`);
}

/** The name of a pod or a container is also its host. */
function defaultUrl(
  read: EnvironmentReader,
  { nodeId, port, trust }: Pick<ClusterSettings, 'nodeId' | 'port' | 'trust'>,
): string | null {
  if (port === 0) return null;
  const url = `${trust.kind === 'tls' ? 'https' : 'http'}://${nodeId}:${port}`;
  if (URL.canParse(url)) return url;
  read.refuse('CLUSTER_URL', 'CLUSTER_NODE_ID is no name of a host: set CLUSTER_URL as well.');
  return null;
}

function readTrust(read: EnvironmentReader, production: boolean): ClusterTrust | undefined {
  const secret = read.secret('CLUSTER_SECRET');
  const tls = readTls(read);
  if (secret && tls) {
    read.refuse('CLUSTER_SECRET', 'CLUSTER_SECRET conflicts with CLUSTER_TLS_CA_FILE: set only one of them.');
  }
  if (tls) return { kind: 'tls', ...tls };
  if (!secret) return undefined;
  if (secret.reveal().length < MIN_SECRET_LENGTH) {
    read.refuse('CLUSTER_SECRET', `CLUSTER_SECRET must have at least ${MIN_SECRET_LENGTH} characters: ${HOW_TO_MAKE}.`);
  }
  if (production) refuseWeak(read, 'CLUSTER_SECRET');
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
  const isUnreadable = read.isRefused('CLUSTER_TLS_CA_FILE', 'CLUSTER_TLS_CERT_FILE', 'CLUSTER_TLS_KEY_FILE');
  if (!isUnreadable) read.refuse('CLUSTER_TLS_CA_FILE', `Certificates of nodes need all of ${TLS_FILES}.`);
  return undefined;
}
