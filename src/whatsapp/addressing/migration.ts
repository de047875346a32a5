import {
  type AuthenticationCreds,
  type BinaryNode,
  getBinaryNodeChild,
  proto,
  type WASocket,
} from '@whiskeysockets/baileys';

/** WhatsApp's property `lid_one_on_one_migration_enabled`. */
const PROPERTY = '9435';
const ENABLED = new Set(['1', 'true']);

/** A socket whose account may be migrated. */
export type AccountSocket = Pick<WASocket, 'authState' | 'ev' | 'ws'>;

/**
 * Whether WhatsApp has migrated the conversations of this account, so that it addresses people by LID. WhatsApp refuses LIDs from
 * other accounts, with 400 (oxidezap/whatsapp-rust#941), and numbers of migrated people from those that are, with 463.
 */
export function isMigrated(creds: AuthenticationCreds): boolean {
  return creds.me?.lid !== undefined && extrasOf(creds).lidMigrated === true;
}

/**
 * Notes when WhatsApp says that the account is migrated: while it pairs, or with its properties. That is stored with the
 * credentials, since it comes only some time after a login, and WhatsApp never takes it back.
 */
export function watchMigration({ authState: { creds }, ev, ws }: AccountSocket): void {
  const migrated = () => ({ additionalData: { ...extrasOf(creds), lidMigrated: true } });
  ws.on('CB:iq,,pair-success', (stanza: BinaryNode) => {
    // Stored with everything else that this stanza brings, if Baileys accepts it.
    if (isPairedMigrated(stanza)) Object.assign(creds, migrated());
  });
  ws.on('CB:iq,,props', (stanza: BinaryNode) => {
    if (hasProperty(stanza) && extrasOf(creds).lidMigrated !== true) ev.emit('creds.update', migrated());
  });
}

/** What is stored with the credentials beside Baileys' own. */
interface Extras {
  lidMigrated?: boolean;
}

function extrasOf({ additionalData }: AuthenticationCreds): Extras {
  return typeof additionalData === 'object' && additionalData !== null ? (additionalData as Extras) : {};
}

function hasProperty(stanza: BinaryNode): boolean {
  const content = getBinaryNodeChild(stanza, 'props')?.content;
  if (!Array.isArray(content)) return false;
  const value = content.find(({ attrs }) => attrs.config_code === PROPERTY)?.attrs.config_value;
  return value !== undefined && ENABLED.has(value);
}

function isPairedMigrated(stanza: BinaryNode): boolean {
  const content = getBinaryNodeChild(getBinaryNodeChild(stanza, 'pair-success'), 'client-props')?.content;
  if (!(content instanceof Uint8Array)) return false;
  try {
    return proto.ClientPairingProps.decode(content).isChatDbLidMigrated === true;
  } catch {
    return false;
  }
}
