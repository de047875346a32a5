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
    withEncrypted(path, kind, async (file) => {
      const location = (await tryAll(file, kind, deps, 'known')) ?? (await tryAll(file, kind, deps, 'fresh'));
      deps.metrics.uploaded(location ? 'ok' : 'failed');
      if (!location) throw new AppError('media_not_uploaded');
      const { mediaKey, sums } = file;
      return { ...location, mediaKey, fileSha256: sums.plain, fileEncSha256: sums.encrypted };
    }),
  );
}

/** Where an uploaded file is. */
type UploadedLocation = Pick<UploadedFile, 'url' | 'directPath'>;

async function tryAll(
  file: EncryptedFile,
  kind: MediaKind,
  { hosts, mediaHost, clock, agent }: UploadDeps,
  wanted: 'known' | 'fresh',
): Promise<UploadedLocation | undefined> {
  const pass = await hosts.pass(wanted).catch(() => undefined);
  for (const hostname of pass?.hostnames ?? []) {
    const url = mediaHost.uploadAddress(hostname, pathOf(file, kind, pass));
    const location = await postFile({ url, path: file.path, size: file.size, clock, agent })
      .then(locationIn)
      .catch(() => undefined);
    if (location) return location;
  }
  return undefined;
}

function pathOf({ sums }: EncryptedFile, kind: MediaKind, pass: UploadPass | undefined): string {
  const name = sums.encrypted.toString('base64url');
  return `${PATHS[kind]}/${name}?auth=${encodeURIComponent(pass?.auth ?? '')}&token=${name}`;
}

function locationIn(answer: string): UploadedLocation | undefined {
  const { url, direct_path: directPath } = JSON.parse(answer) as { url?: unknown; direct_path?: unknown };
  return typeof url === 'string' && typeof directPath === 'string' ? { url, directPath } : undefined;
}
