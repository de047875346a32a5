import type { BucketSettings } from '../storage/s3/settings.ts';
import { allowedHosts } from './allowed-hosts.ts';
import type { EnvironmentReader } from './environment.ts';

/** How the files of messages are handled. */
export interface MediaSettings {
  downloadsDir: string;
  /** The bucket to use instead of `downloadsDir`; `null` for none. */
  bucket: BucketSettings | null;
  download: boolean;
  maxBytes: number;
  /** How long downloaded files are kept; 0 is forever. */
  retentionMs: number;
  /** `host:port` to use instead of WhatsApp's media hosts. */
  host: string | undefined;
  /** Hosts that file URLs may point to although they are not public: `host` or `host:port`. */
  urlAllowedHosts: string[];
}

const DAY_MS = 86_400_000;
/** A name of S3 that works as a part of a host, too. */
const BUCKET = /^[a-z\d][a-z\d.-]{1,61}[a-z\d]$/;
/** Names that no proxy and no file system reads as something else. */
const PREFIX = /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[\w.-]{1,100}(?:\/[\w.-]{1,100}){0,9}$/;

/** Reads how the files of messages are handled. */
export function readMedia(read: EnvironmentReader): MediaSettings {
  return {
    downloadsDir: read.text('DOWNLOADS_DIR') ?? './downloads',
    bucket: readBucket(read),
    download: read.flag('DOWNLOAD_MEDIA', false),
    maxBytes: read.integer('MAX_MEDIA_BYTES', 100 * 1024 * 1024, { min: 1, max: 2 ** 31 }),
    retentionMs: read.integer('DOWNLOADS_RETENTION_DAYS', 30, { min: 0, max: 36_500 }) * DAY_MS,
    urlAllowedHosts: allowedHosts(read, 'MEDIA_URL_ALLOWED_HOSTS'),
    host: readMediaHost(read),
  };
}

function readBucket(read: EnvironmentReader): BucketSettings | null {
  const bucket = read.matching('MEDIA_S3_BUCKET', BUCKET, 'the name of a bucket: 3 to 63 of a-z, 0-9, "-" and "."');
  const endpoint = read.url('MEDIA_S3_ENDPOINT', ['https:', 'http:']) ?? null;
  const region = read.matching('MEDIA_S3_REGION', /^[a-z\d-]{1,63}$/, 'a region, such as eu-central-1') ?? null;
  const prefix = read.matching('MEDIA_S3_PREFIX', PREFIX, 'names of A-Z, a-z, 0-9, "-", "_" and ".", separated by "/"');
  const pathStyle = read.flag('MEDIA_S3_PATH_STYLE', false);
  if (bucket !== undefined) return { bucket, endpoint, region, prefix: prefix ?? '', pathStyle };
  const useless = Object.entries({
    MEDIA_S3_ENDPOINT: endpoint,
    MEDIA_S3_REGION: region,
    MEDIA_S3_PREFIX: prefix ?? null,
    MEDIA_S3_PATH_STYLE: pathStyle || null,
  }).find(([, value]) => value !== null);
  if (useless && !read.isRefused('MEDIA_S3_BUCKET')) {
    read.refuse(useless[0], `${useless[0]} is for files in a bucket: set MEDIA_S3_BUCKET as well.`);
  }
  return null;
}

function readMediaHost(read: EnvironmentReader): string | undefined {
  const form = 'a host, optionally with :port if it is not 443';
  const host = read.matching('WHATSAPP_MEDIA_HOST', /^[A-Za-z0-9.-]+(:\d{1,5})?$/, form);
  if (host !== undefined && !URL.canParse(`http://${host}`)) {
    read.refuse('WHATSAPP_MEDIA_HOST', `WHATSAPP_MEDIA_HOST must be ${form}, but is "${host}".`);
  }
  return host;
}
