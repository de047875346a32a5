import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NewCallback } from '../../../src/ports/callbacks.ts';
import { type DownloadError, DownloadFailure } from '../../../src/domain/download-failure.ts';
import { AppError, StorageUnavailableError } from '../../../src/domain/errors.ts';
import type { RemoteMedia } from '../../../src/ports/media.ts';
import type { IncomingMessage } from '../../../src/domain/message.ts';
import { silentLogger } from '../../../src/kit/logger.ts';
import { messageReceived } from '../../../src/sessions/callback-events.ts';
import { HOLD_MS, MediaDownloader } from '../../../src/sessions/media/media-downloader.ts';
import { DownloadsFolder } from '../../../src/storage/files/downloads-folder.ts';
import { contentOf } from '../../../src/whatsapp/messages/content.ts';
import { untilTrue } from '../../harness/until.ts';
import { ANA, record, startStorage, testFolder, type TestStorage } from '../../contracts/storage/support.ts';
import { noMetrics } from '../../harness/no-metrics.ts';

const MEDIA = {
  ...{ mimetype: 'image/jpeg', size: 4, file_name: null, caption: null, seconds: null, width: 1, height: 1 },
  ...{ sha256: null, thumbnail: null, path: null, url: null, download_error: null },
};

function picture(id: string): IncomingMessage {
  const sender = { number: null, lid: '1@lid', pushName: null };
  const said = { isGroup: false, groupName: null, fromMe: false, sentAtMs: 0, offline: false };
  return { id, chatId: '1@lid', sender, ...said, content: contentOf('image', { media: MEDIA, hasFile: true }) };
}

/** A downloader on a real storage, whose files arrive, or fail to, when the test says so. */
class TestDownloads {
  readonly db: TestStorage;
  readonly folder: string;
  isOn = true;
  /** Has WhatsApp say that it no longer has the file of the last search. */
  gone: () => void = () => undefined;
  /** The transfers that wait for their end, in the order in which they began. */
  readonly transfers: { end: (how?: DownloadError) => void; signal: AbortSignal }[] = [];
  /** What the search for a message returns. */
  find: (messageId: string, gone: () => void) => Promise<RemoteMedia | undefined>;
  downloader: MediaDownloader;

  private constructor(db: TestStorage, folder: string) {
    this.db = db;
    this.folder = folder;
    this.find = (_, gone) => {
      this.gone = gone;
      return Promise.resolve({ mimetype: 'image/jpeg', fileName: null, saveTo: this.#saveTo });
    };
    this.downloader = this.start();
  }

  static async of(db: TestStorage): Promise<TestDownloads> {
    return new TestDownloads(db, join(await testFolder(), 'downloads'));
  }

  start(): MediaDownloader {
    const { storage, clock } = this.db;
    this.downloader = new MediaDownloader({
      source: { find: (_, messageId, gone) => this.find(messageId, gone) },
      files: new DownloadsFolder({ folder: this.folder, index: storage.mediaIndex, clock }),
      held: storage.heldCallbacks,
      setting: { downloadMedia: () => this.isOn },
      metrics: noMetrics,
      clock,
      log: silentLogger,
    });
    return this.downloader;
  }

  /** Stores the webhook of a picture, and has its file downloaded. */
  async arrives(id: string): Promise<NewCallback> {
    const webhook = messageReceived(record(ANA), picture(id), this.db.clock.now(), HOLD_MS);
    await this.db.commit(webhook);
    this.downloader.begin({ sessionId: ANA, messageId: id, webhookId: webhook.webhookId });
    return webhook;
  }

  /** Resolves when `count` transfers have begun. */
  begun(count: number): Promise<void> {
    return untilTrue(() => Promise.resolve(this.transfers.length === count));
  }

  /** The `media_info` of the oldest webhook, as soon as it may be delivered. */
  async mediaInfo(): Promise<unknown> {
    await untilTrue(async () => (await this.db.next(ANA)) !== undefined);
    return (JSON.parse((await this.db.next(ANA))!.body) as { media_info: unknown }).media_info;
  }

  readonly #saveTo = async (path: string, signal: AbortSignal): Promise<number> => {
    const ended = Promise.withResolvers<DownloadError | undefined>();
    signal.addEventListener('abort', () => ended.resolve('network'));
    this.transfers.push({ end: ended.resolve, signal });
    await writeFile(path, 'hola');
    const failed = await ended.promise;
    if (failed) throw new DownloadFailure(failed);
    return 4;
  };
}

describe('the webhook of a message', () => {
  it('waits for a file only when there is one, and downloads are on', async () => {
    await using db = await startStorage();
    const downloads = await TestDownloads.of(db);

    expect(downloads.downloader.wants(picture('A1'))).toBe(true);
    expect(downloads.downloader.wants({ ...picture('A1'), content: contentOf('text') })).toBe(false);
    expect(downloads.downloader.wants({ ...picture('A1'), content: contentOf('image', { media: MEDIA }) })).toBe(false);
    downloads.isOn = false;
    expect(downloads.downloader.wants(picture('A1'))).toBe(false);
  });

  it('is delivered when its file is there', async () => {
    await using db = await startStorage();
    const downloads = await TestDownloads.of(db);
    await downloads.arrives('A1');
    await downloads.begun(1);
    expect(await db.next(ANA)).toBeUndefined();

    downloads.transfers[0]!.end();

    expect(await downloads.mediaInfo()).toMatchObject({
      path: `${downloads.folder}/session_1_ana/A1.jpg`,
      download_error: null,
    });
  });

  it.each<[DownloadError, () => Promise<undefined>]>([
    ['unsupported', () => Promise.resolve(undefined)],
    ['disk', () => Promise.reject(new StorageUnavailableError(undefined))],
    ['disk', () => Promise.reject(new Error('whatever'))],
    ['expired', () => Promise.reject(new DownloadFailure('expired'))],
  ])('is delivered with the error %s when its file cannot be downloaded', async (reason, find) => {
    await using db = await startStorage();
    const downloads = await TestDownloads.of(db);
    downloads.find = find;

    await downloads.arrives('A1');

    expect(await downloads.mediaInfo()).toMatchObject({ path: null, download_error: reason });
  });

  it('waits 2 s for a file that only the phone still has; then the file is available at its URL later', async () => {
    await using db = await startStorage();
    const downloads = await TestDownloads.of(db);
    await downloads.arrives('A1');
    await downloads.begun(1);
    await db.clock.advance(5_000);

    downloads.gone();
    await db.clock.advance(1_999);
    expect(await db.next(ANA)).toBeUndefined();
    await db.clock.advance(1);

    expect(await downloads.mediaInfo()).toMatchObject({ path: null, download_error: 'expired' });
    downloads.transfers[0]!.end();
    expect(await downloads.downloader.fetched(ANA, 'A1')).toMatchObject({ size: 4 });
    expect(downloads.transfers).toHaveLength(1);
  });

  it('has a file that the phone uploads within 2 s', async () => {
    await using db = await startStorage();
    const downloads = await TestDownloads.of(db);
    await downloads.arrives('A1');
    await downloads.begun(1);

    downloads.gone();
    await db.clock.advance(1_999);
    downloads.transfers[0]!.end();

    expect(await downloads.mediaInfo()).toMatchObject({ path: expect.any(String), download_error: null });
  });

  it('starts one download even if the message arrives twice', async () => {
    await using db = await startStorage();
    const downloads = await TestDownloads.of(db);
    await downloads.arrives('A1');
    await downloads.begun(1);

    await downloads.arrives('A1');
    downloads.transfers[0]!.end();

    expect(await downloads.mediaInfo()).toMatchObject({ download_error: null });
    await downloads.arrives('A1');
    await downloads.downloader[Symbol.asyncDispose]();
    expect(downloads.transfers).toHaveLength(1);
  });
});

describe('a request for a file', () => {
  it('joins the download that is already running', async () => {
    await using db = await startStorage();
    const downloads = await TestDownloads.of(db);
    await downloads.arrives('A1');
    await downloads.begun(1);

    const asked = [downloads.downloader.fetched(ANA, 'A1'), downloads.downloader.fetched(ANA, 'A1')];
    downloads.transfers[0]!.end();

    const [one, other] = await Promise.all(asked);
    expect(one).toEqual(other);
    expect(await downloads.downloader.stored(ANA, 'A1')).toMatchObject({ path: one!.path, size: 4 });
    expect(downloads.transfers).toHaveLength(1);
  });

  it('times out after a minute; the download goes on, and serves the next request', async () => {
    await using db = await startStorage();
    const downloads = await TestDownloads.of(db);
    const asked = downloads.downloader.fetched(ANA, 'A1');
    await downloads.begun(1);

    await db.clock.advance(60_000);

    await expect(asked).rejects.toMatchObject({ code: 'whatsapp_timeout' });
    const again = downloads.downloader.fetched(ANA, 'A1');
    downloads.transfers[0]!.end();
    expect(await again).toMatchObject({ size: 4 });
    expect(downloads.transfers).toHaveLength(1);
  });

  it.each([
    ['too_large', 'media_too_large'],
    ['expired', 'media_expired'],
    ['network', 'media_not_fetched'],
    ['corrupt', 'media_not_fetched'],
    ['timeout', 'whatsapp_timeout'],
    ['unsupported', 'media_not_available'],
    ['disk', 'storage_unavailable'],
  ] as const)('reports %s as %s, with the sentence of what happened', async (reason, code) => {
    await using db = await startStorage();
    const downloads = await TestDownloads.of(db);
    downloads.find = () => Promise.reject(new DownloadFailure(reason));

    const refusal = await downloads.downloader.fetched(ANA, 'A1').catch((error: unknown) => error);

    expect(refusal).toBeInstanceOf(AppError);
    expect(refusal).toMatchObject({ code, message: new DownloadFailure(reason).message });
  });

  it('reports an unknown message', async () => {
    await using db = await startStorage();
    const downloads = await TestDownloads.of(db);
    downloads.find = () => Promise.resolve(undefined);

    await expect(downloads.downloader.fetched(ANA, 'A1')).rejects.toMatchObject({ code: 'message_not_found' });
  });

  it('can be repeated after a failure', async () => {
    await using db = await startStorage();
    const downloads = await TestDownloads.of(db);
    const asked = downloads.downloader.fetched(ANA, 'A1');
    await downloads.begun(1);
    downloads.transfers[0]!.end('network');
    await expect(asked).rejects.toMatchObject({ code: 'media_not_fetched' });

    const again = downloads.downloader.fetched(ANA, 'A1');
    await downloads.begun(2);
    downloads.transfers[1]!.end();

    expect(await again).toMatchObject({ size: 4 });
  });
});

describe('at the end of the process', () => {
  it('downloads end at once, their webhooks stay, and the next start resumes those that still wait', async () => {
    await using db = await startStorage();
    const downloads = await TestDownloads.of(db);
    await downloads.arrives('A1');
    await downloads.begun(1);

    await downloads.downloader[Symbol.asyncDispose]();
    expect(downloads.transfers[0]!.signal.aborted).toBe(true);
    expect(await db.next(ANA)).toBeUndefined();

    await db.reopen();
    await downloads.start().resume();
    await downloads.begun(2);
    downloads.transfers[1]!.end();
    expect(await downloads.mediaInfo()).toMatchObject({ download_error: null });
  });
});
