import type { Clock } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import type { MediaIndex, MediaStore } from '../../ports/media.ts';
import { Bucket } from './bucket.ts';
import { createClient } from './client.ts';
import { refusalIn } from './failures.ts';
import { MediaBucket } from './media-bucket.ts';
import type { BucketSettings } from './settings.ts';
import { StoreHealth } from './store-health.ts';

/** The folder of the files in the bucket, as `DOWNLOADS_DIR` is called by default. */
const FOLDER = 'downloads/';
/** No session can be called like that. */
const CHECK = '.check';

/** What the files of messages are opened with. */
export interface MediaBucketOptions {
  index: MediaIndex;
  /** What the name of a temporary folder begins with, as an absolute path. */
  temporary: string;
  clock: Clock;
  log: Logger;
}

/**
 * Opens the bucket, and checks that everything can be done there that is needed. A store that does not answer is only reported:
 * messages do not wait for it.
 * @throws MediaStoreError when the store refuses the settings
 */
export async function openMediaBucket(settings: BucketSettings, options: MediaBucketOptions): Promise<MediaStore> {
  const { clock, log, ...others } = options;
  const client = createClient(settings);
  const bucket = new Bucket({ client, bucket: settings.bucket, clock });
  const folder = { prefix: settings.prefix === '' ? '' : `${settings.prefix}/`, name: FOLDER };
  const probe = () => bucket.check(`${folder.prefix}${folder.name}${CHECK}`);
  const health = new StoreHealth({ probe, clock, log });
  try {
    await probe();
  } catch (error) {
    const refusal = refusalIn(error, settings);
    if (refusal) {
      client.destroy();
      throw refusal;
    }
    health.failed(error);
  }
  return new MediaBucket({ ...others, bucket, health, folder, clock, close: () => client.destroy() });
}
