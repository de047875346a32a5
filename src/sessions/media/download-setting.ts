import type { SettingsStore } from '../../ports/storage.ts';

const NAME = 'download-media';

/** Whether media are downloaded automatically: `DOWNLOAD_MEDIA`, until `POST /config/download-media` changes it. */
export class DownloadSetting {
  readonly #store: SettingsStore;
  #enabled: boolean;

  private constructor(store: SettingsStore, enabled: boolean) {
    this.#store = store;
    this.#enabled = enabled;
  }

  /** Loads the setting as it was last changed, or else as it is configured. */
  static async load(store: SettingsStore, configured: boolean): Promise<DownloadSetting> {
    const stored = await store.get(NAME);
    return new DownloadSetting(store, stored === undefined ? configured : stored === 'true');
  }

  /** Reads it anew, since another node has changed it. */
  async reload(): Promise<void> {
    const stored = await this.#store.get(NAME);
    if (stored !== undefined) this.#enabled = stored === 'true';
  }

  downloadMedia(): boolean {
    return this.#enabled;
  }

  /** Takes effect once it is stored, so that a restart agrees with the answer to the caller. */
  async setDownloadMedia(enabled: boolean): Promise<void> {
    await this.#store.set(NAME, String(enabled));
    this.#enabled = enabled;
  }
}
