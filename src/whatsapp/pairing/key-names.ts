import type { SignalDataTypeMap } from '@whiskeysockets/baileys';

/** The key types that Baileys writes. Where one begins with another, the longer one comes first. */
const KEY_TYPES = [
  'app-state-sync-version',
  'app-state-sync-key',
  'sender-key-memory',
  'sender-key',
  'identity-key',
  'lid-mapping',
  'device-list',
  'pre-key',
  'session',
  'tctoken',
] as const satisfies (keyof SignalDataTypeMap)[];

/** The type of one of Baileys' keys. */
export type KeyType = (typeof KEY_TYPES)[number];

/** Reads `<type>-<id>` as a key; `undefined` if it is none. In the name of a file, `/` is `__` and `:` is `-`. */
export function keyNamed(
  name: string,
  { isFileName }: { isFileName: boolean },
): { type: KeyType; id: string } | undefined {
  const type = KEY_TYPES.find((candidate) => name.startsWith(`${candidate}-`));
  if (!type) return undefined;
  const id = name.slice(type.length + 1);
  return { type, id: isFileName ? originalId(type, id) : id };
}

function originalId(type: KeyType, written: string): string {
  if (type === 'app-state-sync-key') return written.replaceAll('__', '/');
  // `<group>::<user>::<device>`: neither a group's JID nor a user contains a double dash.
  return type === 'sender-key' ? written.replaceAll('--', '::') : written;
}
