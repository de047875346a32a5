import type { Phone } from '../../simulator/phones/phone.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import type { Group } from '../../simulator/world/group.ts';
import type { Environment } from '../../src/config/environment.ts';
import { OrchestratorProcess } from '../harness/orchestrator-process.ts';
import type { Received, TestBackend } from '../harness/test-backend.ts';
import { untilTrue } from '../harness/until.ts';
import { startWorld, type World } from '../harness/world.ts';
import { Ledger } from './ledger.ts';

/** A linked account and the people who write to it. */
export interface Account {
  sessionId: string;
  phone: Phone;
  friend: Phone;
  /** Writes to the group only. */
  neighbour: Phone;
  /** All three are members. */
  group: Group;
}

/** Options of {@link Stage.write}. */
export interface WriteOptions {
  /** The chat; the account itself by default. */
  chat?: Phone | Group | undefined;
  /** The message id; a new one by default. */
  id?: string | undefined;
}

/** Options of {@link Stage.open}. */
export interface StageOptions {
  accounts: number;
  /** Additional settings. */
  environment?: Environment;
  /** Runs the orchestrator within this process, where it starts sooner and nothing can kill it. */
  isInside?: boolean;
}

const ERROR_LEVEL = 50;

/** Orchestrators to kill when this process exits, for whatever reason. */
const running = new Set<OrchestratorProcess>();
process.once('exit', () => running.forEach((orchestrator) => orchestrator.signal('SIGKILL')));

/** An orchestrator, in its own process unless asked otherwise, with linked accounts, and a ledger of the messages written to them. */
export class Stage implements AsyncDisposable {
  readonly ledger = new Ledger();
  readonly accounts: Account[] = [];
  readonly #world: World;
  readonly #processes: OrchestratorProcess[] = [];
  readonly #writtenAt = new Map<string, number>();
  #strangers = 0;

  private constructor(world: World) {
    this.#world = world;
  }

  /** Starts the orchestrator and links the accounts one by one. */
  static async open({ accounts, environment = {}, isInside = false }: StageOptions): Promise<Stage> {
    const stage = new Stage(await startWorld({ environment, hasAllPreKeys: true }, { start: isInside }));
    if (!isInside) await stage.start();
    for (let index = 0; index < accounts; index += 1) stage.accounts.push(await stage.#link(index));
    return stage;
  }

  get whatsapp(): Simulator {
    return this.#world.whatsapp;
  }

  get backend(): TestBackend {
    return this.#world.backend;
  }

  /** The settings of its processes. */
  get environment(): Environment {
    return this.#world.environment;
  }

  /** What the backend has accepted, in order. */
  get accepted(): Received[] {
    return this.#world.backend.accepted;
  }

  /** The latest orchestrator, wherever it runs. */
  get server(): Pick<OrchestratorProcess, 'get' | 'post'> {
    return this.#processes.at(-1) ?? this.#world.orchestrator;
  }

  /** The latest orchestrator. Throws when it is none of its own process. */
  get process(): OrchestratorProcess {
    const last = this.#processes.at(-1);
    if (!last) throw new Error('No orchestrator was started');
    return last;
  }

  /** Starts a process without waiting for it. */
  spawn(environment: Environment = {}): OrchestratorProcess {
    const spawned = OrchestratorProcess.spawn({ ...this.#world.environment, ...environment });
    this.#processes.push(spawned);
    running.add(spawned);
    void spawned.exited().then(() => running.delete(spawned));
    return spawned;
  }

  /** Starts a process and waits until it is ready. */
  async start(environment: Environment = {}): Promise<OrchestratorProcess> {
    const started = this.spawn(environment);
    await started.untilReady();
    return started;
  }

  /** Records and sends the next message to an account; resolves with its id once WhatsApp has it. */
  async write({ sessionId, phone }: Account, from: Phone, { chat = phone, id }: WriteOptions = {}): Promise<string> {
    const content = `${phone.number.slice(-2)}/${this.ledger.count(sessionId) + 1}`;
    this.ledger.note(sessionId, content);
    this.#writtenAt.set(`${sessionId} ${content}`, Date.now());
    return from.sendText(chat, content, { id });
  }

  /** The time from the phone to the backend, in ms. */
  delayMs({ body, at }: Received): number {
    return at - (this.#writtenAt.get(`${body.session_id} ${body.message_content}`) ?? NaN);
  }

  /** Creates a phone that has not written to anybody yet. */
  readonly stranger = (): Phone => {
    this.#strangers += 1;
    return this.whatsapp.phone(`5494400${String(this.#strangers).padStart(6, '0')}`, 'A stranger');
  };

  /** Resolves when every account is connected to WhatsApp and has received everything. */
  untilOnline(): Promise<void> {
    const isQuiet = ({ online, waiting }: { online: boolean; waiting: number }): boolean => online && waiting === 0;
    return this.whatsapp.until((whatsapp) => whatsapp.devices().every(isQuiet), {
      timeoutMs: 20_000,
      what: 'every account to be online and up to date',
    });
  }

  /** Waits until the backend has as many messages as were written, but no longer than `patienceMs`. */
  async settle(patienceMs: number): Promise<void> {
    await waitFor(() => this.ledger.isFull(this.accepted), patienceMs);
  }

  /** The differences between the written and the received messages. */
  problems(): string[] {
    return this.ledger.compare(this.accepted);
  }

  /** The errors that the processes logged, with the number of occurrences. */
  errors(): Map<string, number> {
    const sentences = this.#processes
      .flatMap((process) => process.logLines())
      .filter(({ level }) => Number(level) >= ERROR_LEVEL)
      .map(({ msg }) => String(msg).replace(/session_\w+/, 'session'));
    return new Map([...Map.groupBy(sentences, (sentence) => sentence)].map(([name, all]) => [name, all.length]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#processes.at(-1)?.[Symbol.asyncDispose]();
    await this.#world[Symbol.asyncDispose]();
  }

  async #link(index: number): Promise<Account> {
    const digits = String(index).padStart(2, '0');
    const phone = this.whatsapp.phone(`54911000000${digits}`, `Account ${index}`);
    const friend = this.whatsapp.phone(`54922000000${digits}`, `Friend ${index}`);
    const neighbour = this.whatsapp.phone(`54933000000${digits}`, `Neighbour ${index}`);
    const group = this.whatsapp.group({ subject: `Group ${index}`, members: [phone, friend, neighbour] });
    const { body } = await this.server.get('/generate-qr');
    await phone.scan(body.qrText as string);
    await this.backend.next(
      (received) => received.path.endsWith('new-session-connected') && received.body.session_id === body.sessionId,
      { timeoutMs: 20_000 },
    );
    return { sessionId: body.sessionId as string, phone, friend, neighbour, group };
  }
}

/** Resolves when `holds` is true, or after `patienceMs`; the caller then checks what is missing. */
export async function waitFor(holds: () => boolean | Promise<boolean>, patienceMs: number): Promise<void> {
  const end = Date.now() + patienceMs;
  await untilTrue(async () => (await holds()) || Date.now() > end);
}
