import type { WASocket } from '@whiskeysockets/baileys';
import {
  type OwnProfile,
  PRIVACY_NAMES,
  type PrivacyChange,
  type PrivacyName,
  type PrivacySettings,
} from '../../domain/account.ts';
import type { OutgoingFile } from '../../domain/outgoing.ts';
import type { Clock } from '../../kit/clock.ts';
import type { ProfileActions } from '../../ports/account-actions.ts';
import { withoutDevice } from '../addressing/jid.ts';
import { namesIn } from '../addressing/people.ts';
import type { AppStateChanges } from '../baileys/app-state-changes.ts';
import { pushName } from './app-state-patches.ts';
import type { Queries } from './queries.ts';
import { boundedText, readAbout } from './read-profile.ts';
import { pictureFrom, writePicture } from './write-picture.ts';

/** Dependencies of {@link BaileysProfile}. */
export interface ProfileDeps {
  queries: Queries;
  /** @throws AppError `session_not_connected` */
  appState: () => AppStateChanges;
  clock: Clock;
}

/** WhatsApp's names of the privacy settings. */
const ON_THE_WIRE: Readonly<Record<PrivacyName, string>> = {
  last_seen: 'last',
  online: 'online',
  profile_picture: 'profile',
  about: 'status',
  read_receipts: 'readreceipts',
  groups: 'groupadd',
  calls: 'calladd',
  messages: 'messages',
};
const SERVER = 's.whatsapp.net';
/** What WhatsApp answers where there is no picture. */
const NO_PICTURE = new Set<unknown>([401, 403, 404]);

/** The account itself, over one connection. */
export class BaileysProfile implements ProfileActions {
  readonly #deps: ProfileDeps;

  constructor(deps: ProfileDeps) {
    this.#deps = deps;
  }

  view(): Promise<OwnProfile> {
    return this.#deps.queries.ask(async (socket) => {
      const { id = '', lid, name } = socket.authState.creds.me ?? {};
      const me = withoutDevice(id);
      const [answer, pictureUrl] = await Promise.all([socket.fetchStatus(me), pictureOf(socket, me)]);
      return { ...namesIn([id, lid]), name: boundedText(name), about: readAbout(answer), pictureUrl };
    });
  }

  async rename(name: string): Promise<void> {
    const { queries, appState, clock } = this.#deps;
    await queries.ask(async (socket) => {
      await appState().change(pushName(name)(clock.now()));
      const { me } = socket.authState.creds;
      // Baileys learns its own changes from nobody else, and tells the server of a new name.
      if (me) socket.ev.emit('creds.update', { me: { ...me, name } });
    });
  }

  async setAbout(text: string): Promise<void> {
    await this.#deps.queries.ask((socket) => socket.updateProfileStatus(text));
  }

  async setPicture(file: OutgoingFile): Promise<void> {
    const picture = await pictureFrom(file);
    await this.#deps.queries.ask((socket) => writePicture(socket, { picture }));
  }

  async removePicture(): Promise<void> {
    await this.#deps.queries.ask((socket) => writePicture(socket, {}));
  }

  privacy(): Promise<PrivacySettings> {
    return this.#deps.queries.ask(privacyOf);
  }

  async setPrivacy(change: PrivacyChange): Promise<PrivacySettings> {
    const changes = PRIVACY_NAMES.filter((name) => change[name] !== undefined);
    return this.#deps.queries.ask(async (socket) => {
      for (const name of changes) {
        const category = { tag: 'category', attrs: { name: ON_THE_WIRE[name], value: change[name] ?? '' } };
        await socket.query({
          tag: 'iq',
          attrs: { to: SERVER, type: 'set', xmlns: 'privacy' },
          content: [{ tag: 'privacy', attrs: {}, content: [category] }],
        });
      }
      return privacyOf(socket);
    });
  }
}

async function privacyOf(socket: WASocket): Promise<PrivacySettings> {
  const settings: Readonly<Record<string, unknown>> = await socket.fetchPrivacySettings(true);
  const entries = PRIVACY_NAMES.map((name) => [name, boundedText(settings[ON_THE_WIRE[name]], 40)]);
  return Object.fromEntries(entries) as PrivacySettings;
}

async function pictureOf(socket: WASocket, jid: string): Promise<string | null> {
  try {
    return (await socket.profilePictureUrl(jid, 'image')) ?? null;
  } catch (error) {
    if (NO_PICTURE.has((error as { data?: unknown }).data)) return null;
    throw error;
  }
}
