import type { Act, Scene } from '../act.ts';
import { corrupted, idsFor, notOnce, tampering, toldOf } from '../tools.ts';

/** What a document is called, and what of that is told. */
const NAMES: readonly [string, string | null][] = [
  ['../../etc/passwd', 'passwd'],
  ['C:\\Windows\\system32\\calc.exe', 'calc.exe'],
  ['photo\u202egpj.exe', 'photogpj.exe'],
  ['a\0b\r\nSet-Cookie: c', 'abSet-Cookie: c'],
  ['..', null],
  [`${'ñ'.repeat(10_000)}.pdf`, `${'ñ'.repeat(125)}.pdf`],
  ['\ud800.txt', '\ufffd.txt'],
];

/** The longest time that hostile messages may hold an ordinary one, beyond what a busy machine takes for it. */
const QUICK_MS = 5_000;

/** The files of strangers. */
export const FILES: readonly Act[] = [
  {
    name: 'hostile file names',
    async play(scene) {
      const { fiend, account } = scene;
      const ids = idsFor(scene, 'FILE');
      const names = new Map(ids.map((id, index) => [id, NAMES[index % NAMES.length]!]));
      for (const [id, [fileName]] of names) {
        await fiend.sendMedia(account.phone, { kind: 'document', bytes: Buffer.from(id), fileName }, { id });
      }
      const told = await toldOf(scene, ids);
      const wrong = told.filter(({ body }) => body.media_info?.file_name !== names.get(body.message_id as string)![1]);
      return {
        figure: `${ids.length} hostile file names, ${told.length - wrong.length} told without what is hostile in them`,
        problems: [
          ...notOnce(told, ids),
          ...wrong
            .map(({ body }) => JSON.stringify(body.media_info?.file_name))
            .map((name) => `a file name was told as ${name}`),
        ],
      };
    },
  },
  {
    name: 'gone files and corrupt messages',
    async play(scene) {
      const { stage, fiend, account } = scene;
      const [files, texts] = [idsFor(scene, 'GONE'), idsFor(scene, 'CORRUPT')];
      const usualMs = await delayOfAFriend(scene);
      await downloading(scene, true);
      stage.whatsapp.fault('media-gone', { number: fiend.number });
      stage.whatsapp.fault('no-media-retry', { number: fiend.number });
      using tampered = new DisposableStack();
      tampered.use(tampering(scene, (message) => [texts.includes(message.attrs.id!) ? corrupted(message) : message]));
      for (const [index, id] of files.entries()) {
        await fiend.sendMedia(account.phone, { kind: 'image', bytes: Buffer.from(id) }, { id });
        await fiend.sendText(account.phone, 'nobody reads this', { id: texts[index]! });
      }
      const delayMs = await delayOfAFriend(scene);
      const told = await toldOf(scene, [...files, ...texts]);
      stage.whatsapp.clearFaults();
      await downloading(scene, false);
      const unreadable = told.filter(({ body }) => body.message_type === 'undecryptable');
      return {
        figure: `${files.length} files that are gone and ${texts.length} corrupt messages, ${unreadable.length} told as undecryptable, a friend's text behind them after ${delayMs} ms`,
        problems: [
          ...notOnce(told, [...files, ...texts]),
          ...(delayMs <= usualMs + QUICK_MS
            ? []
            : [`a friend's text came after ${delayMs} ms, without them after ${usualMs} ms`]),
        ],
      };
    },
  },
];

/** How long a text of a friend takes to the backend, in ms. */
async function delayOfAFriend(scene: Scene): Promise<number> {
  const { account } = scene;
  const sentAt = Date.now();
  const [told] = await toldOf(scene, [await account.friend.sendText(account.phone, 'is it quick?')]);
  return (told?.at ?? Infinity) - sentAt;
}

async function downloading({ stage }: Scene, enabled: boolean): Promise<void> {
  await stage.process.post('/config/download-media', { enabled });
}
