import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import type { Phone } from '../../../simulator/phones/phone.ts';
import type { Group } from '../../../simulator/world/group.ts';
import type { Simulator } from '../../../simulator/simulator.ts';
import { startSimulator } from '../../../simulator/start-simulator.ts';
import type { Environment } from '../../../src/config/environment.ts';
import { type Answer, ask } from '../../harness/ask.ts';
import { OrchestratorProcess } from '../../harness/orchestrator-process.ts';
import { freePort } from '../../harness/free-port.ts';
import { randomMasterKey } from '../../harness/random-master-key.ts';
import { TcpRelay } from '../../harness/tcp-relay.ts';
import { type Received, startTestBackend, type TestBackend } from '../../harness/test-backend.ts';
import { Ledger } from '../ledger.ts';
import { type Account, waitFor, type WriteOptions } from '../stage.ts';
import { ClusterDatabase } from './cluster-database.ts';
import { ConnectionLog } from './connection-log.ts';
import { WATCHING } from './watching-triggers.ts';

/** Options of {@link ClusterStage.open}. */
export interface ClusterStageOptions {
  accounts: number;
  /** `CLUSTER_LEASE`, in seconds. */
  lease: number;
  /** The node that the accounts are linked to; each of them in turn by default. */
  linkedTo?: string;
  /** Whether the nodes reach PostgreSQL and each other through relays, which can break what passes. */
  isRelayed?: boolean;
}

/** The names of the nodes that there are from the start. */
export const NODE_IDS: readonly string[] = ['a', 'b', 'c'];

/** The end of a process. */
export interface Exit {
  nodeId: string;
  /** When, on the test's monotonic clock. */
  atMs: number;
  /** `null` when a signal ended it. */
  code: number | null;
  wasReady: boolean;
  /** Sent by {@link ClusterStage.end}. */
  signal: 'SIGTERM' | 'SIGKILL' | undefined;
}

/** The time in which a process stood still, on the test's monotonic clock. */
export interface Freeze {
  nodeId: string;
  fromMs: number;
  toMs: number;
}

/** The internal port of a node, and the relay through which others reach it. */
interface PeerPort {
  port: number;
  relay: TcpRelay;
}

/** Processes to kill when this one exits, for whatever reason. */
const running = new Set<OrchestratorProcess>();
process.once('exit', () => running.forEach((orchestrator) => orchestrator.signal('SIGKILL')));

/** Three orchestrators on one PostgreSQL server, with linked accounts, and a ledger of the messages written to them. */
export class ClusterStage implements AsyncDisposable {
  readonly ledger = new Ledger();
  readonly connections = new ConnectionLog();
  readonly accounts: Account[] = [];
  /** Every process so far, with its node. */
  readonly processes: { nodeId: string; process: OrchestratorProcess }[] = [];
  readonly freezes: Freeze[] = [];
  /** What was done to the cluster, on the same clock. */
  readonly diary: { what: string; atMs: number }[] = [];
  /** How each process has ended. */
  readonly exits: Exit[] = [];
  /** The nodes that requests are sent to. */
  serving = NODE_IDS;
  readonly whatsapp: Simulator;
  readonly backend: TestBackend;
  readonly database: ClusterDatabase;
  readonly #peerPorts: ReadonlyMap<string, PeerPort>;
  readonly #folder: string;
  readonly #lease: number;
  readonly #signals = new Map<OrchestratorProcess, 'SIGTERM' | 'SIGKILL'>();
  #isKept = false;
  #requests = 0;

  private constructor(
    parts: { whatsapp: Simulator; backend: TestBackend; database: ClusterDatabase; folder: string },
    lease: number,
    peerPorts: ReadonlyMap<string, PeerPort>,
  ) {
    this.whatsapp = parts.whatsapp;
    this.backend = parts.backend;
    this.database = parts.database;
    this.#folder = parts.folder;
    this.#lease = lease;
    this.#peerPorts = peerPorts;
    this.whatsapp.use(this.connections);
  }

  /** Starts three nodes, and links the accounts to them in turn. */
  static async open(options: ClusterStageOptions): Promise<ClusterStage> {
    const { accounts, lease, linkedTo, isRelayed = false } = options;
    const relayed = isRelayed ? NODE_IDS : [];
    const peerPorts = await Promise.all(relayed.map(async (nodeId) => [nodeId, await peerPort()] as const));
    const [database, whatsapp, backend, folder] = await Promise.all([
      ClusterDatabase.start(relayed),
      startSimulator(),
      startTestBackend(),
      mkdtemp(join(tmpdir(), 'cluster-')),
    ]);
    const stage = new ClusterStage({ whatsapp, backend, database, folder }, lease, new Map(peerPorts));
    try {
      await stage.start('a');
      await database.pool.query(WATCHING);
      await Promise.all([stage.start('b'), stage.start('c')]);
      for (let first = 0; first < accounts; first += LINKED_AT_ONCE) {
        const indexes = Array.from({ length: Math.min(LINKED_AT_ONCE, accounts - first) }, (_, at) => first + at);
        stage.accounts.push(...(await Promise.all(indexes.map((index) => stage.#link(index, linkedTo)))));
      }
      return stage;
    } catch (error) {
      await stage[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What the backend has accepted, in order. */
  get accepted(): Received[] {
    return this.backend.accepted;
  }

  /** The latest process of a node. */
  process(nodeId: string): OrchestratorProcess {
    const found = this.processes.findLast((each) => each.nodeId === nodeId);
    if (!found) throw new Error(`Node ${nodeId} was never started`);
    return found.process;
  }

  /** Starts a process of a node, without waiting for it. */
  spawn(nodeId: string, environment: Environment = {}): OrchestratorProcess {
    const spawned = OrchestratorProcess.spawn({ ...this.#environment(nodeId), ...environment });
    this.processes.push({ nodeId, process: spawned });
    running.add(spawned);
    void spawned.exited().then((code) => this.#ended(nodeId, spawned, code));
    return spawned;
  }

  /** From now on, a process that ends is started again, under the same name. */
  keep(): void {
    this.#isKept = true;
  }

  /** Ends the process of a node, and resolves when it has ended. */
  async end(nodeId: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const ending = this.process(nodeId);
    this.#signals.set(ending, signal);
    await ending.end(signal);
  }

  /** Stops the process of a node for a while: its connections stay, and it does nothing. */
  async freeze(nodeId: string, forMs: number): Promise<void> {
    const frozen = this.process(nodeId);
    const freeze = { nodeId, fromMs: performance.now(), toMs: Infinity };
    this.freezes.push(freeze);
    frozen.signal('SIGSTOP');
    await pause(forMs);
    frozen.signal('SIGCONT');
    freeze.toMs = performance.now();
  }

  /** The relay through which the other nodes reach this one. */
  peerRelayOf(nodeId: string): TcpRelay {
    const found = this.#peerPorts.get(nodeId);
    if (!found) throw new Error(`Node ${nodeId} has no relay`);
    return found.relay;
  }

  /** Lets the clock of a node be wrong by hours or minutes for a while. */
  async setClockWrong(nodeId: string, forMs: number): Promise<void> {
    const wrong = this.process(nodeId);
    // One that is just starting would end.
    if (!isReady(wrong)) return;
    wrong.signal('SIGUSR2');
    await pause(forMs);
    wrong.signal('SIGUSR2');
  }

  /** Cuts all connections of a node to the database; resolves with their number. */
  async cut(nodeId: string): Promise<number> {
    const { rowCount } = await this.database.pool.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'wa:' || $1 || ':%'",
      [nodeId],
    );
    return rowCount ?? 0;
  }

  /** Starts a process of a node, and waits until it is ready. */
  async start(nodeId: string, environment: Environment = {}): Promise<OrchestratorProcess> {
    const spawned = this.spawn(nodeId, environment);
    await spawned.untilReady();
    return spawned;
  }

  /** Sends a request about a session to any node that serves: each in turn. */
  post(
    sessionId: string,
    path: string,
    question: { body: unknown; headers?: Record<string, string> },
  ): Promise<Answer> {
    const nodeId = this.serving[(this.#requests += 1) % this.serving.length]!;
    return ask(`${this.process(nodeId).url}/sessions/${sessionId}${path}`, { method: 'POST', ...question });
  }

  /** The accounts whose sessions a node owns. */
  async accountsOf(nodeId: string): Promise<Account[]> {
    const { rows } = await this.database.pool.query<{ id: string }>(
      'SELECT session_id AS id FROM ownership WHERE owner = $1',
      [nodeId],
    );
    const ids = new Set(rows.map(({ id }) => id));
    return this.accounts.filter(({ sessionId }) => ids.has(sessionId));
  }

  /** Records and sends the next message to an account; resolves with its id once WhatsApp has it. */
  async write({ sessionId, phone }: Account, from: Phone, { chat = phone, id }: WriteOptions = {}): Promise<string> {
    const content = `${phone.number.slice(-3)}/${this.ledger.count(sessionId) + 1}`;
    this.ledger.note(sessionId, content);
    return from.sendText(chat, content, { id });
  }

  /**
   * Waits until these accounts have logged in again after a time and receive, or `patienceMs` have passed. Resolves with the ms from
   * then to the last of them; `Infinity` when one does not.
   */
  async untilOnlineAgain(accounts: readonly Account[], sinceMs: number, patienceMs: number): Promise<number> {
    const backMs = ({ phone }: Account): number => {
      const login = this.connections.latest(phone.number);
      return login && login.beganMs >= sinceMs && login.endedMs === Infinity ? login.receivesMs - sinceMs : Infinity;
    };
    const lastMs = (): number => Math.max(...accounts.map(backMs));
    await waitFor(() => lastMs() < Infinity, patienceMs);
    return lastMs();
  }

  /** Waits until the backend has as many messages as were written, but no longer than `patienceMs`. */
  async settle(patienceMs: number): Promise<void> {
    await waitFor(() => this.ledger.isFull(this.accepted), patienceMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isKept = false;
    await Promise.all(this.processes.map(({ process }) => process[Symbol.asyncDispose]()));
    await this.whatsapp[Symbol.asyncDispose]();
    await this.backend[Symbol.asyncDispose]();
    await this.database[Symbol.asyncDispose]();
    for (const { relay } of this.#peerPorts.values()) await relay[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #ended(nodeId: string, ended: OrchestratorProcess, code: number | null): void {
    running.delete(ended);
    const wasReady = isReady(ended);
    const atMs = performance.now();
    this.exits.push({ nodeId, atMs, code, wasReady, signal: this.#signals.get(ended) });
    this.diary.push({ what: `the end of a process of node ${nodeId} (${code})`, atMs });
    if (!this.#isKept) return;
    // Who restarts processes waits a moment.
    setTimeout(() => this.#isKept && this.spawn(nodeId), RESTART_MS);
  }

  #environment(nodeId: string): Environment {
    const { whatsapp, backend, database } = this;
    const { port = 0, relay } = this.#peerPorts.get(nodeId) ?? {};
    return {
      CLUSTER_NODE_ID: nodeId,
      ...(relay && { CLUSTER_URL: `http://127.0.0.1:${relay.port}`, NODE_OPTIONS: `--import=${WRONG_CLOCK}` }),
      WRONG_BY_HOURS: String(WRONG_BY_HOURS[nodeId] ?? 0),
      ...{ AUTH_DIR: join(this.#folder, 'auth'), DOWNLOADS_DIR: join(this.#folder, 'downloads') },
      BACKEND_BASE_URL: backend.url,
      WHATSAPP_WS_URL: whatsapp.wsUrl,
      WHATSAPP_ROOT_KEY: whatsapp.rootKey,
      WHATSAPP_MEDIA_HOST: whatsapp.mediaHost,
      ...{ DATABASE_URL: database.urlFor(nodeId), DATABASE_DURABILITY: 'single', MASTER_KEY },
      ...{ CLUSTER_PORT: String(port), CLUSTER_SECRET: 's'.repeat(32) },
      ...{ CLUSTER_LEASE: String(this.#lease), CLUSTER_DRAIN: '10' },
    };
  }

  async #link(index: number, nodeId = NODE_IDS[index % NODE_IDS.length]!): Promise<Account> {
    const digits = String(index).padStart(3, '0');
    const phone = this.whatsapp.phone(`5491100000${digits}`, `Account ${index}`);
    const friend = this.whatsapp.phone(`5492200000${digits}`, `Friend ${index}`);
    const neighbour = this.whatsapp.phone(`5493300000${digits}`, `Neighbour ${index}`);
    const group: Group = this.whatsapp.group({ subject: `Group ${index}`, members: [phone, friend, neighbour] });
    const sessionId = await this.#scan(phone, nodeId);
    await this.backend.next(
      (received) => received.path.endsWith('new-session-connected') && received.body.session_id === sessionId,
      { timeoutMs: 20_000 },
    );
    return { sessionId, phone, friend, neighbour, group };
  }

  /**
   * A machine that is very busy may be late with a beat: then the node closes connections, also one that is being linked, or the others
   * bury it, and it ends.
   */
  async #scan(phone: Phone, nodeId: string, attempts = SCANS): Promise<string> {
    try {
      const { body } = await this.process(nodeId).get('/generate-qr');
      await phone.scan(body.qrText as string);
      return body.sessionId as string;
    } catch (error) {
      if (attempts === 1) throw error;
      if (!this.process(nodeId).isRunning) this.spawn(nodeId);
      await this.process(nodeId).untilReady();
      return this.#scan(phone, nodeId, attempts - 1);
    }
  }
}

const SCANS = 4;
const LINKED_AT_ONCE = 6;
/** How wrong the clock of each node is while it is: more than proofs between nodes allow, and less than `Idempotency-Key`s live. */
const WRONG_BY_HOURS: Readonly<Record<string, number>> = { a: 20, b: -20, c: 0.05 };
const WRONG_CLOCK = fileURLToPath(new URL('../preload/wrong-clock.ts', import.meta.url));
const RESTART_MS = 200;
const MASTER_KEY = randomMasterKey();

async function peerPort(): Promise<PeerPort> {
  const port = await freePort();
  return { port, relay: await TcpRelay.start(port) };
}

function isReady({ output }: OrchestratorProcess): boolean {
  return output.includes('the orchestrator is ready');
}
