import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Phone } from '../../simulator/phones/phone.ts';
import type { SimulatorOptions } from '../../simulator/options.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { startSimulator } from '../../simulator/start-simulator.ts';
import type { Environment } from '../../src/config/environment.ts';
import { putEmptyDatabase } from './empty-database.ts';
import { fewPreKeys } from './few-pre-keys.ts';
import { callbackComplaint } from './openapi-conformance.ts';
import { Orchestrator, type OrchestratorOptions } from './orchestrator.ts';
import { storageSettings } from './shared-postgres.ts';
import { SkippingClock } from './skipping-clock.ts';
import { untilTrue } from './until.ts';
import { startTestBackend, type TestBackend } from './test-backend.ts';

/** Options of {@link startWorld}. */
export interface WorldOptions extends Pick<OrchestratorOptions, 'qrLifetimeMs' | 'freeBytes'> {
  /** Additional settings. */
  environment?: Environment;
  /** Options of the simulator. */
  whatsapp?: SimulatorOptions;
  /** Devices upload as many pre-keys as they do at WhatsApp, instead of a few. */
  hasAllPreKeys?: boolean;
}

/** A linked account: its session, its phone, and the callback that announced it. */
export interface LinkedAccount {
  sessionId: string;
  phone: Phone;

  announcement: any;
}

/** A simulated WhatsApp, a main backend and an orchestrator between them: real servers on this machine. */
export class World implements AsyncDisposable {
  readonly whatsapp: Simulator;
  readonly backend: TestBackend;
  readonly clock = new SkippingClock();
  readonly authDir: string;
  readonly #options: WorldOptions;
  readonly #storage: Environment;
  #orchestrator: Orchestrator | undefined;

  private constructor(
    parts: { whatsapp: Simulator; backend: TestBackend; authDir: string },
    options: WorldOptions,
    storage: Environment,
  ) {
    this.whatsapp = parts.whatsapp;
    this.backend = parts.backend;
    this.authDir = parts.authDir;
    this.#options = options;
    this.#storage = storage;
  }

  /** Starts all three, or with `start: false` all but the orchestrator, for tests that prepare its folder. */
  static async start(options: WorldOptions = {}, { start = true } = {}): Promise<World> {
    const authDir = join(await mkdtemp(join(tmpdir(), 'orchestrator-')), 'auth_sessions');
    const storage = await storageSettings(authDir);
    const whatsapp = await startSimulator(options.whatsapp);
    const world = new World({ whatsapp, backend: await startTestBackend(), authDir }, options, storage);
    if (!options.hasAllPreKeys) whatsapp.use(fewPreKeys);
    if (start) await world.#startNew();
    return world;
  }

  get orchestrator(): Orchestrator {
    if (!this.#orchestrator) throw new Error('The orchestrator is not running');
    return this.#orchestrator;
  }

  /** The folder of downloaded files. */
  get downloadsDir(): string {
    return join(this.authDir, '..', 'downloads');
  }

  /** The settings that connect an orchestrator to this world and to its storage. */
  get environment(): Environment {
    return {
      AUTH_DIR: this.authDir,
      DOWNLOADS_DIR: this.downloadsDir,
      BACKEND_BASE_URL: this.backend.url,
      WHATSAPP_WS_URL: this.whatsapp.wsUrl,
      WHATSAPP_ROOT_KEY: this.whatsapp.rootKey,
      WHATSAPP_MEDIA_HOST: this.whatsapp.mediaHost,
      ...this.#storage,
      ...this.#options.environment,
    };
  }

  /** Starts the first orchestrator of this world. An encrypted database has no empty one in plaintext. */
  async #startNew(): Promise<void> {
    const { DATABASE_URL, MASTER_KEY } = this.environment;
    if (DATABASE_URL === undefined && MASTER_KEY === undefined) await putEmptyDatabase(this.authDir);
    await this.startOrchestrator();
  }

  async startOrchestrator(): Promise<void> {
    const options = { ...this.#options, environment: this.environment, clock: this.clock };
    this.#orchestrator = await Orchestrator.start(options);
  }

  /** Shuts the orchestrator down gracefully; its data stays. */
  async stopOrchestrator(): Promise<void> {
    await this.#orchestrator?.[Symbol.asyncDispose]();
    this.#orchestrator = undefined;
  }

  /** Links the phone's account to a new session by a QR. */
  async link(phone: Phone): Promise<LinkedAccount> {
    const { body } = await this.orchestrator.get('/generate-qr');
    await phone.scan(body.qrText as string);
    const isIt = (received: { path: string; body: { session_id: string } }) =>
      received.path.endsWith('new-session-connected') && received.body.session_id === body.sessionId;
    const announcement = await this.backend.next(isIt);
    return { sessionId: body.sessionId as string, phone, announcement };
  }

  /** Runs the clock at twenty times its speed until the promise settles. */
  fastForwardUntil<Result>(promise: Promise<Result>): Promise<Result> {
    return this.clock.fastForwardUntil(promise);
  }

  /** Resolves when the folder contains exactly these files. */
  async untilFiles(folder: string, names: string[]): Promise<void> {
    await untilTrue(async () => (await readdir(folder)).join() === names.join());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopOrchestrator();
    await this.whatsapp[Symbol.asyncDispose]();
    await this.backend[Symbol.asyncDispose]();
    await rm(join(this.authDir, '..'), { recursive: true, force: true });
    this.#checkCallbacks();
  }

  /** Throws when a callback did not conform to docs/openapi.json. */
  #checkCallbacks(): void {
    const complaints = this.backend.received.map(({ path, headers, body }) => callbackComplaint(path, headers, body));
    const first = complaints.find((complaint) => complaint !== undefined);
    if (first !== undefined) throw new Error(`A callback does not conform to docs/openapi.json: ${first}`);
  }
}

/** See {@link World.start}. */
export const startWorld = World.start.bind(World);
