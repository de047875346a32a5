import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type NewCallback } from '../../../src/ports/callbacks.ts';
import { type DownloadError, DownloadFailure } from '../../../src/domain/download-failure.ts';
import { AppError, StorageUnavailableError } from '../../../src/domain/errors.ts';
import { type RemoteMedia } from '../../../src/ports/media.ts';
import { type IncomingMessage } from '../../../src/domain/message.ts';
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

/** A keeper on a real storage, whose files come, or fail to, when the test says so. */
class Keeping {
  readonly db: TestStorage;
  readonly folder: string;
  isOn = true;
  /** The transfers that wait for their end, in the order of their beginning. */
  readonly transfers: { end: (how?: DownloadError) => void; signal: AbortSignal }[] = [];
  /** What looking for a message answers. */
  find: (messageId: string) => Promise<RemoteMedia | undefined>;
  downloader: MediaDownloader;

  private constructor(db: TestStorage, folder: string) {
    this.db = db;
    this.folder = folder;
    this.find = () => Promise.resolve({ mimetype: 'image/jpeg', fileName: null, saveTo: this.#saveTo });
    this.downloader = this.start();
  }

  static async of(db: TestStorage): Promise<Keeping> {
    return new Keeping(db, join(await testFolder(), 'downloads'));
  }

  start(): MediaDownloader {
    const { storage, clock } = this.db;
    this.downloader = new MediaDownloader({
      source: { find: (_, messageId) => this.find(messageId) },
      files: new DownloadsFolder({ folder: this.folder, index: storage.mediaIndex, clock }),
      held: storage.heldCallbacks,
      setting: { downloadMedia: () => this.isOn },
      metrics: noMetrics,
      clock,
      log: silentLogger,
    });
    return this.downloader;
  }

  /** Stores the callback of a picture, and has its file fetched. */
  async arrives(id: string): Promise<NewCallback> {
    const callback = messageReceived(record(ANA), picture(id), this.db.clock.now(), HOLD_MS);
    await this.db.commit(callback);
    this.downloader.begin({ sessionId: ANA, messageId: id, webhookId: callback.webhookId });
    return callback;
  }

  /** Resolves when so many transfers have begun. */
  begun(count: number): Promise<void> {
    return untilTrue(() => Promise.resolve(this.transfers.length === count));
  }

  /** The `media_info` of the oldest callback, as soon as it may go. */
  async told(): Promise<unknown> {
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

describe('a message', () => {
  it('has its file fetched when it has one, and that is wanted', async () => {
    await using db = await startStorage();
    const keeping = await Keeping.of(db);

    expect(keeping.downloader.wants(picture('A1'))).toBe(true);
    expect(keeping.downloader.wants({ ...picture('A1'), content: contentOf('text') })).toBe(false);
    expect(keeping.downloader.wants({ ...picture('A1'), content: contentOf('image', { media: MEDIA }) })).toBe(false);
    keeping.isOn = false;
    expect(keeping.downloader.wants(picture('A1'))).toBe(false);
  });

  it('goes when its file is there', async () => {
    await using db = await startStorage();
    const keeping = await Keeping.of(db);
    await keeping.arrives('A1');
    await keeping.begun(1);
    expect(await db.next(ANA)).toBeUndefined();

    keeping.transfers[0]!.end();

    expect(await keeping.told()).toMatchObject({
      path: `${keeping.folder}/session_1_ana/A1.jpg`,
      download_error: null,
    });
  });

  it.each<[DownloadError, () => Promise<undefined>]>([
    ['unsupported', () => Promise.resolve(undefined)],
    ['disk', () => Promise.reject(new StorageUnavailableError(undefined))],
    ['disk', () => Promise.reject(new Error('whatever'))],
    ['expired', () => Promise.reject(new DownloadFailure('expired'))],
  ])('goes as %s when its file cannot be had', async (word, find) => {
    await using db = await startStorage();
    const keeping = await Keeping.of(db);
    keeping.find = find;

    await keeping.arrives('A1');

    expect(await keeping.told()).toMatchObject({ path: null, download_error: word });
  });

  it('that comes twice is fetched once', async () => {
    await using db = await startStorage();
    const keeping = await Keeping.of(db);
    await keeping.arrives('A1');
    await keeping.begun(1);

    await keeping.arrives('A1');
    keeping.transfers[0]!.end();

    expect(await keeping.told()).toMatchObject({ download_error: null });
    await keeping.arrives('A1');
    await keeping.downloader[Symbol.asyncDispose]();
    expect(keeping.transfers).toHaveLength(1);
  });
});

describe('who asks for a file', () => {
  it('gets the one that is being fetched already', async () => {
    await using db = await startStorage();
    const keeping = await Keeping.of(db);
    await keeping.arrives('A1');
    await keeping.begun(1);

    const asked = [keeping.downloader.fetched(ANA, 'A1'), keeping.downloader.fetched(ANA, 'A1')];
    keeping.transfers[0]!.end();

    const [one, other] = await Promise.all(asked);
    expect(one).toEqual(other);
    expect(await keeping.downloader.stored(ANA, 'A1')).toEqual(one);
    expect(keeping.transfers).toHaveLength(1);
  });

  it('waits a minute; the file goes on being fetched, and is there the next time', async () => {
    await using db = await startStorage();
    const keeping = await Keeping.of(db);
    const asked = keeping.downloader.fetched(ANA, 'A1');
    await keeping.begun(1);

    await db.clock.advance(60_000);

    await expect(asked).rejects.toMatchObject({ code: 'whatsapp_timeout' });
    const again = keeping.downloader.fetched(ANA, 'A1');
    keeping.transfers[0]!.end();
    expect(await again).toMatchObject({ size: 4 });
    expect(keeping.transfers).toHaveLength(1);
  });

  it.each([
    ['too_large', 'media_too_large'],
    ['expired', 'media_expired'],
    ['network', 'media_not_fetched'],
    ['corrupt', 'media_not_fetched'],
    ['timeout', 'whatsapp_timeout'],
    ['unsupported', 'media_not_available'],
    ['disk', 'storage_unavailable'],
  ] as const)('is told %s as %s, with the sentence of what happened', async (word, code) => {
    await using db = await startStorage();
    const keeping = await Keeping.of(db);
    keeping.find = () => Promise.reject(new DownloadFailure(word));

    const refusal = await keeping.downloader.fetched(ANA, 'A1').catch((error: unknown) => error);

    expect(refusal).toBeInstanceOf(AppError);
    expect(refusal).toMatchObject({ code, message: new DownloadFailure(word).message });
  });

  it('is told that nobody knows the message', async () => {
    await using db = await startStorage();
    const keeping = await Keeping.of(db);
    keeping.find = () => Promise.resolve(undefined);

    await expect(keeping.downloader.fetched(ANA, 'A1')).rejects.toMatchObject({ code: 'message_not_found' });
  });

  it('can try again after a failure', async () => {
    await using db = await startStorage();
    const keeping = await Keeping.of(db);
    const asked = keeping.downloader.fetched(ANA, 'A1');
    await keeping.begun(1);
    keeping.transfers[0]!.end('network');
    await expect(asked).rejects.toMatchObject({ code: 'media_not_fetched' });

    const again = keeping.downloader.fetched(ANA, 'A1');
    await keeping.begun(2);
    keeping.transfers[1]!.end();

    expect(await again).toMatchObject({ size: 4 });
  });
});

describe('at the end of the process', () => {
  it('downloads end at once, their callbacks stay, and the next start goes on with those that still wait', async () => {
    await using db = await startStorage();
    const keeping = await Keeping.of(db);
    await keeping.arrives('A1');
    await keeping.begun(1);

    await keeping.downloader[Symbol.asyncDispose]();
    expect(keeping.transfers[0]!.signal.aborted).toBe(true);
    expect(await db.next(ANA)).toBeUndefined();

    await db.reopen();
    await keeping.start().resume();
    await keeping.begun(2);
    keeping.transfers[1]!.end();
    expect(await keeping.told()).toMatchObject({ download_error: null });
  });
});
