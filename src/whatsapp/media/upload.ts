import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Agent } from 'node:http';
import { AppError } from '../../domain/errors.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Semaphore } from '../../kit/semaphore.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { MediaKind, UploadedFile } from '../messages/media-kind.ts';
import { type EncryptedFile, withEncrypted } from './encrypted-file.ts';
import { postFile } from './http-post.ts';
import type { MediaHost } from './media-host.ts';
import type { UploadHosts, UploadPass } from './upload-hosts.ts';

/** Dependencies of {@link upload}. */
export interface UploadDeps {
  hosts: UploadHosts;
  mediaHost: MediaHost;
  /** Bounds how many uploads run at once, over all sessions. */
  semaphore: Semaphore;
  metrics: Pick<Metrics, 'uploaded'>;
  clock: Clock;
  /** By which it is uploaded, if not directly. */
  agent?: Agent | undefined;
}

/** The path of each kind on WhatsApp's hosts (Baileys, `MEDIA_PATH_MAP`). */
const PATHS: Record<MediaKind, string> = {
  Image: '/mms/image',
  Video: '/mms/video',
  Audio: '/mms/audio',
  Document: '/mms/document',
};

/**
 * Encrypts the file at `path` and uploads it to WhatsApp's media host: each host that the server names is tried and,
 * when none accepts it, once more with a fresh pass.
 * @throws AppError `media_not_uploaded`
 */
export function upload(path: string, kind: MediaKind, deps: UploadDeps): Promise<UploadedFile> {
  return deps.semaphore.run(() =>
    withEncrypted(path, kind, async ({ mediaKey, sums, ...file }) => {
      const { url, directPath } = await send({ ...file, sum: sums.encrypted, folder: PATHS[kind] }, deps);
      return { url, directPath, mediaKey, fileSha256: sums.plain, fileEncSha256: sums.encrypted };
    }),
  );
}

/**
 * Uploads a file for a channel, where nothing is encrypted: as {@link upload}, but the file as it is, by another path, and its message has to
 * name it (whatsmeow, `UploadNewsletter`). Baileys uploads it as if it were encrypted.
 * @throws AppError `media_not_uploaded`
 */
export function uploadPlain(path: string, kind: MediaKind, deps: UploadDeps): Promise<UploadedFile> {
  return deps.semaphore.run(async () => {
    const [sum, { size }] = await Promise.all([sumOf(path), stat(path)]);
    const folder = `/newsletter/newsletter-${kind.toLowerCase()}`;
    return { ...(await send({ path, size, sum, folder }, deps)), fileSha256: sum };
  });
}

async function sumOf(path: string): Promise<Buffer> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest();
}

/** A file as it is uploaded. */
interface ReadyFile extends Pick<EncryptedFile, 'path' | 'size'> {
  /** The hash by which the host knows it. */
  sum: Buffer;
  folder: string;
}

async function send(file: ReadyFile, deps: UploadDeps): Promise<UploadedLocation> {
  const location = (await tryAll(file, deps, 'known')) ?? (await tryAll(file, deps, 'fresh'));
  deps.metrics.uploaded(location ? 'ok' : 'failed');
  if (!location) throw new AppError('media_not_uploaded');
  return location;
}

/** Where an uploaded file is. */
type UploadedLocation = Pick<UploadedFile, 'url' | 'directPath' | 'handle'>;

async function tryAll(
  file: ReadyFile,
  { hosts, mediaHost, clock, agent }: UploadDeps,
  wanted: 'known' | 'fresh',
): Promise<UploadedLocation | undefined> {
  const pass = await hosts.pass(wanted).catch(() => undefined);
  for (const hostname of pass?.hostnames ?? []) {
    const url = mediaHost.uploadAddress(hostname, pathOf(file, pass));
    const location = await postFile({ url, path: file.path, size: file.size, clock, agent })
      .then(locationIn)
      .catch(() => undefined);
    if (location) return location;
  }
  return undefined;
}

function pathOf({ sum, folder }: ReadyFile, pass: UploadPass | undefined): string {
  const name = sum.toString('base64url');
  return `${folder}/${name}?auth=${encodeURIComponent(pass?.auth ?? '')}&token=${name}`;
}

function locationIn(answer: string): UploadedLocation | undefined {
  const { url, direct_path: directPath, handle } = JSON.parse(answer) as Record<string, unknown>;
  if (typeof url !== 'string' || typeof directPath !== 'string') return undefined;
  return { url, directPath, ...(typeof handle === 'string' && { handle }) };
}
