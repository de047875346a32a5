import { execFileSync } from 'node:child_process';
import { CHILD_ENVIRONMENT } from '../../harness/child-environment.ts';

/** The process of the tests has our patches, so the libraries as they are talk with ours in a process of their own. */
function inAnotherProcess(script: string): unknown {
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', `${PREPARATION}${script}`], {
    encoding: 'utf8',
    env: CHILD_ENVIRONMENT,
  });
  return JSON.parse(output);
}

const PREPARATION = `
  import { randomBytes, randomInt } from 'node:crypto';
  import * as libsignal from 'libsignal';
  import signalCrypto from 'libsignal/src/crypto.js';
  import signalCurve from 'libsignal/src/curve.js';
  import * as group from '@whiskeysockets/baileys/lib/Signal/Group/index.js';
  import { signQuickly } from './src/whatsapp/baileys/quick-curve.ts';
  import { calculateQuickly } from './src/whatsapp/baileys/quick-signal.ts';
  import { stepAtOnce } from './src/whatsapp/baileys/quick-sessions.ts';
  import { keepSenderKeysSmall } from './src/whatsapp/baileys/sender-keys.ts';
  import { silenceLibsignal } from './src/whatsapp/baileys/quiet-libsignal.ts';
  import { tryWithoutTrace } from './src/whatsapp/baileys/session-trials.ts';
  silenceLibsignal();
  signQuickly();
  const targets = [
    signalCrypto, signalCurve, libsignal.SessionCipher.prototype, group.GroupCipher.prototype, group.SenderChainKey.prototype,
    group.SenderKeyRecord, group.SenderKeyRecord.prototype, group.SenderKeyState.prototype,
  ];
  const look = () => targets.map((target) => Object.getOwnPropertyDescriptors(target));
  const writable = (all) => all.map((each) => Object.fromEntries(Object.entries(each).filter(([, { writable }]) => writable)));
  const plain = writable(look());
  calculateQuickly();
  keepSenderKeysSmall();
  tryWithoutTrace();
  stepAtOnce();
  const ours = writable(look());
  // Everything until the next call runs with the libraries as they are, or with our patches.
  const use = (all) => targets.forEach((target, at) => Object.defineProperties(target, all[at]));
  const print = (value) => process.stdout.write(JSON.stringify(value));
`;

/** Two parties, of which each reads and writes its state as text; \`kinds\` says what each of them is. */
const TWO = `
  function party(id) {
    const identity = signalCurve.generateKeyPair();
    const signed = signalCurve.generateKeyPair();
    const preKeys = new Map([[1, signalCurve.generateKeyPair()], [2, signalCurve.generateKeyPair()]]);
    const records = new Map();
    const storage = {
      loadSession: async (at) => records.has(at) ? libsignal.SessionRecord.deserialize(JSON.parse(records.get(at))) : undefined,
      storeSession: async (at, record) => { records.set(at, JSON.stringify(record.serialize())); },
      isTrustedIdentity: () => true,
      loadPreKey: async (keyId) => preKeys.get(keyId),
      removePreKey: (keyId) => { preKeys.delete(keyId); },
      loadSignedPreKey: () => signed,
      getOurRegistrationId: () => id,
      getOurIdentity: () => identity,
    };
    const bundle = (keyId) => ({
      registrationId: id, identityKey: identity.pubKey,
      signedPreKey: { keyId: 1, publicKey: signed.pubKey, signature: signalCurve.calculateSignature(identity.privKey, signed.pubKey) },
      preKey: { keyId, publicKey: preKeys.get(keyId).pubKey },
    });
    return { storage, bundle, records, address: new libsignal.ProtocolAddress('party' + id, 0) };
  }
  const parties = [party(1), party(2)];
  const cipher = (at) => new libsignal.SessionCipher(parties[at].storage, parties[1 - at].address);
  const seal = async (at, text) => ({ text, by: at, ...(await cipher(at).encrypt(Buffer.from(text))) });
  const open = async ({ by, type, body }) => {
    const [sealed, receiver] = [Buffer.from(body), cipher(1 - by)];
    return String(await (type === 3 ? receiver.decryptPreKeyWhisperMessage(sealed) : receiver.decryptWhisperMessage(sealed)));
  };
  const begin = (at, keyId) =>
    new libsignal.SessionBuilder(parties[at].storage, parties[1 - at].address).initOutgoing(parties[1 - at].bundle(keyId));
`;

it.each([
  ['ours and the library', ['ours', 'plain', false]],
  ['ours and ours', ['ours', 'ours', false]],
  ['two that change between both with each step', ['ours', 'plain', true]],
])('messages go both ways late, skipped, twice and altered: %s', (_, [one, other, changes]) => {
  const answers = inAnotherProcess(`${TWO}
    const kinds = [${String(one)}, ${String(other)}];
    const as = (at) => use(${String(changes)} ? (randomInt(2) ? ours : plain) : kinds[at]);
    const counts = { read: 0, wrong: 0, again: 0, altered: 0, first: 0 };
    const reject = async (message) => { try { await open(message); return 0; } catch { return 1; } };
    as(0);
    await begin(0, 1);
    let [onTheWay, delivered] = [[], []];
    for (let at = 0; at < 400; at++) {
      // The new session is known to both at once: late messages of the old one would spoil it in libsignal as it is.
      if (at === 200) { as(1); onTheWay = []; await begin(1, 2); }
      const by = at < 3 ? 0 : at === 200 ? 1 : randomInt(2);
      as(by);
      const sent = await seal(by, 'text ' + at).catch((error) => error);
      // Whoever was not written to yet has no session.
      if (!(sent instanceof Error)) { onTheWay.push(sent); counts.first += sent.type === 3 ? 1 : 0; }
      if (at !== 200 && randomInt(3) === 0) continue;
      // Mostly the oldest, sometimes one that has overtaken it; the rest of a turn comes before what answers it.
      const mine = onTheWay.filter((each) => each.by === onTheWay[0]?.by).slice(0, 4);
      const next = mine[randomInt(4) === 0 ? randomInt(mine.length || 1) : 0];
      if (!next) continue;
      as(1 - next.by);
      if (next.type !== 3 && randomInt(4) === 0) {
        const body = Buffer.from(next.body);
        body[body.length - 1 - randomInt(8)] ^= 1;
        // libsignal as it is spoils the session with this, so only ours is asked.
        if (kinds[1 - next.by] === ours && !${String(changes)}) counts.altered += 1 - await reject({ ...next, body });
      }
      onTheWay.splice(onTheWay.indexOf(next), 1);
      // One in ten never arrives.
      if (randomInt(10) === 0 && next.type !== 3) continue;
      const text = await open(next).catch((error) => String(error.stack));
      if (text === next.text) { counts.read += 1; delivered.push(next); }
      else counts.wrong = [text, next.text];
      const old = delivered[randomInt(delivered.length || 1)];
      as(1 - (old ?? next).by);
      if (old && old.type !== 3) counts.again += 1 - await reject(old);
    }
    print({ ...counts, isRead: counts.read > 100, first: counts.first > 0 });`);

  expect(answers).toMatchObject({ wrong: 0, again: 0, altered: 0, isRead: true, first: true });
});

it('a session stays small over a hundred turns, reads what is late, and keeps no more keys than Signal does', () => {
  const answers = inAnotherProcess(`${TWO}
    use(ours);
    await begin(0, 1);
    await open(await seal(0, 'hola'));
    await open(await seal(1, 'buenas'));
    const late = [];
    for (let at = 0; at < 100; at++) {
      if (at > 94) late.push(await seal(0, 'late ' + at));
      await open(await seal(0, 'x'));
      await open(await seal(1, 'y'));
    }
    const read = [];
    for (const each of late) read.push(await open(each));
    const size = parties[1].records.get('party1.0').length;
    const skipped = [];
    for (let round = 0; round < 3; round++) {
      for (let at = 0; at < 1500; at++) skipped.push(await seal(0, String(skipped.length)));
      await open(skipped.at(-1));
    }
    const record = JSON.parse(parties[1].records.get('party1.0'));
    const chains = Object.values(Object.values(record._sessions)[0]._chains);
    const keys = Math.max(...chains.map(({ messageKeys }) => Object.keys(messageKeys).length));
    const oldest = await open(skipped[0]).catch(() => 'gone');
    print({ read, isSmall: size < 4_000, keys, oldest, newer: await open(skipped.at(-1500)) });`);

  expect(answers).toEqual({
    ...{ read: ['late 95', 'late 96', 'late 97', 'late 98', 'late 99'], isSmall: true },
    ...{ keys: 2_000, oldest: 'gone', newer: '3000' },
  });
});

/** A sender and a receiver in a group, of which each reads and writes its keys as Baileys does. */
const GROUP = `
  const name = new group.SenderKeyName('1@g.us', new libsignal.ProtocolAddress('ana', 0));
  const stores = [{}, {}].map((kept) => ({
    kept,
    loadSenderKey: async () => kept.data ? group.SenderKeyRecord.deserialize(kept.data) : new group.SenderKeyRecord(),
    storeSenderKey: async (_, record) => { kept.data = Buffer.from(JSON.stringify(record.serialize()), 'utf-8'); },
  }));
  const [sender, receiver] = stores;
  const seal = (text) => new group.GroupCipher(sender, name).encrypt(Buffer.from(text));
  const open = async (sealed) => String(await new group.GroupCipher(receiver, name).decrypt(sealed));
  const skdm = await new group.GroupSessionBuilder(sender).create(name);
  await new group.GroupSessionBuilder(receiver).process(name, new group.SenderKeyDistributionMessage(null, null, null, null, skdm.serialize()));
`;

it.each([
  ['ours to the library', 'ours', 'plain'],
  ['the library to ours', 'plain', 'ours'],
  ['ours to ours', 'ours', 'ours'],
])('messages of a group are read, late ones too by ours, also when both change places: %s', (_, from, to) => {
  const answers = inAnotherProcess(`${GROUP}
    const counts = { read: 0, late: 0, again: 0 };
    const exchange = async (from, to) => {
      for (let at = 0; at < 40; at++) {
        use(from);
        const [late, next] = [await seal('late ' + at), await seal('next ' + at)];
        use(to);
        counts.read += (await open(next)) === 'next ' + at ? 1 : 0;
        counts.late += to === ours && (await open(late)) === 'late ' + at ? 1 : 0;
        if (to === ours) counts.again += await open(late).then(() => 1, () => 0);
      }
    };
    await exchange(${from}, ${to});
    const size = sender.kept.data.length;
    await exchange(${to}, ${from});
    print({ ...counts, isSmall: size < 1_000 });`);

  const late = [from, to].filter((each) => each === 'ours').length * 40;
  expect(answers).toEqual({ read: 80, late, again: 0, isSmall: from === 'ours' });
});
