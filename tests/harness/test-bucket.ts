import { once } from 'node:events';
import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from '@20minutes/s3rver';
import type { Environment } from '../../src/config/environment.ts';
import type { BucketSettings } from '../../src/storage/s3/settings.ts';
import { freePort } from './free-port.ts';

const BUCKET = 'files-of-messages';
/** How the server names an object on its disk. */
const SUFFIX = '._S3rver_object';

/** The credentials of the server, where the SDK's chain looks first. Nothing else of this machine is asked. */
const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'S3RVER',
  AWS_SECRET_ACCESS_KEY: 'S3RVER',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
};

/** A real S3 server in this process, with one bucket and the credentials for it in the environment. */
export class TestBucket implements AsyncDisposable {
  readonly #folder: string;
  readonly #port: number;
  readonly #environment = { ...process.env };
  #server: S3rver;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
    this.#server = this.#create();
    Object.assign(process.env, CREDENTIALS);
  }

  static async start(): Promise<TestBucket> {
    const started = new TestBucket(await mkdtemp(join(tmpdir(), 'bucket-')), await freePort());
    await started.#server.run();
    return started;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get settings(): BucketSettings {
    return { bucket: BUCKET, endpoint: this.endpoint, region: null, prefix: 'a/b', pathStyle: true };
  }

  /** The settings of an orchestrator, as an operator writes them. */
  get environment(): Environment {
    return {
      MEDIA_S3_BUCKET: BUCKET,
      MEDIA_S3_ENDPOINT: this.endpoint,
      MEDIA_S3_PREFIX: this.settings.prefix,
      MEDIA_S3_PATH_STYLE: 'true',
    };
  }

  /** The keys of all objects. */
  async keys(): Promise<string[]> {
    const names = await readdir(join(this.#folder, BUCKET), { recursive: true });
    return names.filter((name) => name.endsWith(SUFFIX)).map((name) => name.slice(0, -SUFFIX.length));
  }

  /** Somebody else removes an object. */
  remove(key: string): Promise<void> {
    return rm(this.#path(key));
  }

  /** Somebody else cuts an object short. */
  cut(key: string, bytes: number): Promise<void> {
    return truncate(this.#path(key), bytes);
  }

  /** The server ends, with all its connections. */
  async goAway(): Promise<void> {
    const { httpServer } = this.#server;
    httpServer.close();
    httpServer.closeAllConnections();
    await once(httpServer, 'close');
  }

  /** The server is there again, with its objects. */
  async comeBack(): Promise<void> {
    this.#server = this.#create();
    await this.#server.run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.httpServer.listening) await this.goAway();
    for (const name of Object.keys(CREDENTIALS)) {
      if (this.#environment[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = this.#environment[name];
    }
    await rm(this.#folder, { recursive: true });
  }

  #create(): S3rver {
    const place = { address: '127.0.0.1', port: this.#port, directory: this.#folder };
    return new S3rver({ ...place, silent: true, configureBuckets: [{ name: BUCKET }] });
  }

  #path(key: string): string {
    return join(this.#folder, BUCKET, `${key}${SUFFIX}`);
  }
}
