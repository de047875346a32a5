import { AppError } from '../../domain/errors.ts';
import { type Clock } from '../../kit/clock.ts';
import { type Semaphore } from '../../kit/semaphore.ts';
import { type Metrics } from '../../ports/metrics.ts';
import { type MediaKind, type UploadedFile } from '../messages/media-kind.ts';
import { type EncryptedFile, withEncrypted } from './encrypted-file.ts';
import { postFile } from './http-post.ts';
import { type MediaHost } from './media-host.ts';
import { type UploadHosts, type UploadPass } from './upload-hosts.ts';

/** What uploading needs. */
export interface UploadDeps {
  hosts: UploadHosts;
  mediaHost: MediaHost;
  /** How many uploads there may be at once, of all sessions. */
  semaphore: Semaphore;
  metrics: Pick<Metrics, 'uploaded'>;
  clock: Clock;
}

/** What WhatsApp's hosts have for each kind (Baileys, `MEDIA_PATH_MAP`). */
const PATHS: Record<MediaKind, string> = {
  Image: '/mms/image',
  Video: '/mms/video',
  Audio: '/mms/audio',
  Document: '/mms/document',
};

/**
 * Encrypts the file at `path` and puts it onto WhatsApp's media host: each host that the server names is tried, and when none
 * took it, once more with a fresh pass.
 * @throws AppError `media_not_uploaded`
 */
export function upload(path: string, kind: MediaKind, deps: UploadDeps): Promise<UploadedFile> {
  return deps.semaphore.run(() =>
    withEncrypted(path, kind, async (file) => {
      const place = (await tryAll(file, kind, deps, 'known')) ?? (await tryAll(file, kind, deps, 'fresh'));
      deps.metrics.uploaded(place ? 'ok' : 'failed');
      if (!place) throw new AppError('media_not_uploaded');
      const { mediaKey, sums } = file;
      return { ...place, mediaKey, fileSha256: sums.plain, fileEncSha256: sums.encrypted };
    }),
  );
}

/** Where a file is now. */
type Place = Pick<UploadedFile, 'url' | 'directPath'>;

async function tryAll(
  file: EncryptedFile,
  kind: MediaKind,
  { hosts, mediaHost, clock }: UploadDeps,
  wanted: 'known' | 'fresh',
): Promise<Place | undefined> {
  const pass = await hosts.pass(wanted).catch(() => undefined);
  for (const hostname of pass?.hostnames ?? []) {
    const url = mediaHost.uploadAddress(hostname, pathOf(file, kind, pass));
    const place = await postFile({ url, path: file.path, size: file.size, clock })
      .then(placeIn)
      .catch(() => undefined);
    if (place) return place;
  }
  return undefined;
}

function pathOf({ sums }: EncryptedFile, kind: MediaKind, pass: UploadPass | undefined): string {
  const name = sums.encrypted.toString('base64url');
  return `${PATHS[kind]}/${name}?auth=${encodeURIComponent(pass?.auth ?? '')}&token=${name}`;
}

function placeIn(answer: string): Place | undefined {
  const { url, direct_path: directPath } = JSON.parse(answer) as { url?: unknown; direct_path?: unknown };
  return typeof url === 'string' && typeof directPath === 'string' ? { url, directPath } : undefined;
}
