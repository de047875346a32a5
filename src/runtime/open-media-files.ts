import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { MediaIndex, MediaStore } from '../ports/media.ts';
import { DownloadsFolder } from '../storage/files/downloads-folder.ts';
import type { BucketSettings } from '../storage/s3/settings.ts';

/** Where the files of messages are kept. */
interface MediaPlace {
  downloadsDir: string;
  /** Instead of the folder. */
  bucket: BucketSettings | null;
}

/** What the files of messages are opened with. */
interface MediaFilesDeps {
  index: MediaIndex;
  /** What the name of a temporary folder begins with, as an absolute path. */
  temporary: string;
  clock: Clock;
  log: Logger;
}

/**
 * Opens the files of messages, in the folder or in the bucket. The SDK is loaded only for a bucket.
 * @throws MediaStoreError
 */
export async function openMediaFiles({ downloadsDir, bucket }: MediaPlace, deps: MediaFilesDeps): Promise<MediaStore> {
  if (bucket !== null) {
    const { openMediaBucket } = await import('../storage/s3/open-media-bucket.ts');
    return openMediaBucket(bucket, deps);
  }
  const files = new DownloadsFolder({ folder: downloadsDir, index: deps.index, clock: deps.clock });
  await files.removeIncomplete();
  return files;
}
