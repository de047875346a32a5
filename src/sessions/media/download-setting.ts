import { type SettingsStore } from '../../ports/storage.ts';

const NAME = 'download-media';

/** Whether media are downloaded by themselves: `DOWNLOAD_MEDIA`, until `POST /config/download-media` says otherwise. */
export class DownloadSetting {
  readonly #store: SettingsStore;
  #enabled: boolean;

  private constructor(store: SettingsStore, enabled: boolean) {
    this.#store = store;
    this.#enabled = enabled;
  }

  /** The setting as it was last made, or else as it was configured. */
  static async load(store: SettingsStore, configured: boolean): Promise<DownloadSetting> {
    const stored = await store.get(NAME);
    return new DownloadSetting(store, stored === undefined ? configured : stored === 'true');
  }

  downloadMedia(): boolean {
    return this.#enabled;
  }

  /** Takes effect once it is stored, so that a restart agrees with what the caller was told. */
  async setDownloadMedia(enabled: boolean): Promise<void> {
    await this.#store.set(NAME, String(enabled));
    this.#enabled = enabled;
  }
}
