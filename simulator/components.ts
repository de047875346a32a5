import { answerAccountQueries } from './behaviours/answer-account-queries.ts';
import { answerMex } from './behaviours/answer-mex.ts';
import { answerProps } from './behaviours/answer-props.ts';
import { askForPasskey } from './behaviours/ask-for-passkey.ts';
import { answerTheRest } from './behaviours/answer-the-rest.ts';
import { askForMedia } from './behaviours/ask-for-media.ts';
import { checkBusinessNodes } from './behaviours/check-business-nodes.ts';
import { BehaviourStack } from './behaviours/behaviour.ts';
import { changeGroupPictures } from './behaviours/change-group-pictures.ts';
import { changeGroupSettings } from './behaviours/change-group-settings.ts';
import { changeGroups } from './behaviours/change-groups.ts';
import { describeGroups } from './behaviours/describe-groups.ts';
import { greet } from './behaviours/greet.ts';
import { guardStrangers, takeTokens } from './behaviours/guard-strangers.ts';
import { handOutKeyBundles } from './behaviours/hand-out-key-bundles.ts';
import { keepChannels } from './behaviours/keep-channels.ts';
import { keepPrivacy } from './behaviours/keep-privacy.ts';
import { keepProfile } from './behaviours/keep-profile.ts';
import { keepPreKeys } from './behaviours/keep-pre-keys.ts';
import { logIn } from './behaviours/log-in.ts';
import { lookUpUsers } from './behaviours/look-up-users.ts';
import { nameMediaHost } from './behaviours/name-media-host.ts';
import { pairByCode } from './behaviours/pair-by-code.ts';
import { pairByQr } from './behaviours/pair-by-qr.ts';
import { relayCalls } from './behaviours/relay-calls.ts';
import { relayMessages } from './behaviours/relay-messages.ts';
import { relayPresence } from './behaviours/relay-presence.ts';
import { relayReceipts, takeAcks } from './behaviours/relay-receipts.ts';
import { ServerNotices } from './behaviours/server-notices.ts';
import { showPictures } from './behaviours/show-pictures.ts';
import { subscribePresence } from './behaviours/subscribe-presence.ts';
import { tellMigration } from './behaviours/tell-migration.ts';
import { syncAppState } from './behaviours/sync-app-state.ts';
import { unlinkByClient } from './behaviours/unlink-by-client.ts';
import { emptyAppState } from './faults/fail-app-state.ts';
import { failDeliveries } from './faults/fail-deliveries.ts';
import { failLogins, requireVersion } from './faults/fail-logins.ts';
import { failMedia } from './faults/fail-media.ts';
import { failMessages } from './faults/fail-messages.ts';
import { failQueries } from './faults/fail-queries.ts';
import { Faults } from './faults/faults.ts';
import { Changes } from './kit/changes.ts';
import { type Counters, makeCounters } from './kit/counters.ts';
import { serveMedia } from './media/media-server.ts';
import { HeldRequests } from './media/held-requests.ts';
import { MediaStore } from './media/media-store.ts';
import { UploadPasses } from './media/upload-passes.ts';
import type { SimulatorOptions } from './options.ts';
import { CodeDesk } from './pairing/code-desk.ts';
import type { Tampering } from './pairing/device-identity.ts';
import { PasskeyDesk } from './pairing/passkey-desk.ts';
import { PairingDesk } from './pairing/pairing-desk.ts';
import type { PhoneWorld } from './phones/phone-deps.ts';
import { Gateway, type GatewayListener } from './transport/gateway.ts';
import { makeServerIdentity, type ServerIdentity } from './transport/server-identity.ts';
import { answerVersionPage, CURRENT_REVISION } from './transport/version-page.ts';
import type { AckPatience } from './world/ack-deadline.ts';
import { announceDevices } from './world/announce-devices.ts';
import { Directory } from './world/directory.ts';
import type { Addressing } from './world/address.ts';
import { GroupDesk } from './world/group-desk.ts';
import { GroupSettingsDesk } from './world/group-settings-desk.ts';
import type { Channel } from './world/channel.ts';
import { PresenceLog } from './world/presence-log.ts';
import { PrivacyDesk } from './world/privacy-desk.ts';
import { TrustBook } from './world/trust-book.ts';

/** Everything a running simulator consists of, wired together. */
export interface SimulatorComponents {
  readonly identity: ServerIdentity;
  readonly gateway: Gateway;
  readonly directory: Directory;
  readonly desk: PairingDesk;
  readonly behaviours: BehaviourStack;
  readonly faults: Faults;
  readonly changes: Changes;
  readonly counters: Counters;
  readonly phones: PhoneWorld;
  readonly media: MediaStore;
  readonly held: HeldRequests;
  readonly notices: ServerNotices;
  readonly errors: readonly string[];
  /** The current revision of WhatsApp Web. */
  readonly version: { revision: number };
  /** The `host:port` that clients connect to. */
  readonly host: () => string;
}

/** What most components depend on. */
interface SharedComponents {
  readonly directory: Directory;
  readonly changes: Changes;
  readonly counters: Counters;
  readonly faults: Faults;
  readonly passes: UploadPasses;
  readonly media: MediaStore;
  readonly presences: PresenceLog;
  readonly privacy: PrivacyDesk;
  readonly trust: TrustBook;
  readonly groups: GroupDesk;
  readonly channels: Channel[];
  readonly groupSettings: GroupSettingsDesk;
  readonly addressing: Addressing;
  readonly now: () => number;
  readonly patience: AckPatience;
  readonly version: { revision: number };
}

const DEFAULT_QR = { refs: 6, firstMs: 60_000, nextMs: 20_000 };
const DEFAULT_ACK_TIMEOUT_MS = 50 * 60_000;
const REMEMBERED_ERRORS = 20;

/** Creates all components and wires them. Nothing listens yet; `host` is only called once the gateway listens. */
export function createSimulatorComponents(options: SimulatorOptions, host: () => string): SimulatorComponents {
  const { now = () => Date.now(), addressing = 'lid', qr } = options;
  const faults = new Faults();
  const version = { revision: options.clientRevision ?? CURRENT_REVISION };
  const passes = new UploadPasses();
  const presences = new PresenceLog(now);
  const privacy = new PrivacyDesk(now);
  const trust = new TrustBook({ now, addressing });
  const directory = new Directory((change) => announceDevices(change, { addressing, now }));
  const groups = new GroupDesk({ directory, now });
  const groupSettings = new GroupSettingsDesk({ directory, groups, now });
  const patience = patienceOf(options, now);
  const media = new MediaStore();
  const channels: Channel[] = [];
  const people = { directory, groups, channels, groupSettings, presences, privacy, trust };
  const common = { ...people, faults, passes, media, addressing, now, version, patience };
  const shared = { changes: new Changes(), counters: makeCounters(), ...common };
  const { changes, counters } = shared;
  const times = {
    refs: qr?.refs ?? DEFAULT_QR.refs,
    firstMs: qr?.firstMs ?? DEFAULT_QR.firstMs,
    nextMs: qr?.nextMs ?? DEFAULT_QR.nextMs,
  };
  const passkeys = new PasskeyDesk({ changes, now, after: patience.after });
  const tampering = (number: string): Tampering | undefined => tamperingOf(faults, number);
  const desk = new PairingDesk({ directory, changes, times, passkeys, now, tampering });
  const codes = new CodeDesk({
    ...{ desk, passkeys, now },
    refusal: (number) => faults.take('refuse-pairing-code', number)?.code,
    fails: (fault, number) => faults.take(fault, number) !== undefined,
  });
  const behaviours = makeBehaviours(shared, { desk, codes, passkeys }, host);
  const notices = new ServerNotices();
  behaviours.use(notices.behaviour);
  const errors: string[] = [];
  const failed = (error: unknown): void => {
    errors.push(error instanceof Error ? error.message : String(error));
    if (errors.length > REMEMBERED_ERRORS) errors.shift();
    changes.announce();
  };
  const identity = makeServerIdentity();
  const versionPage = answerVersionPage(() => version.revision);
  const held = new HeldRequests(changes);
  const mediaServer = { store: media, passes, counters, changes, held, faults: failMedia(faults) };
  const answerHttp = serveMedia(mediaServer, versionPage);
  const gateway = new Gateway(identity, listenTo(shared, behaviours, failed), answerHttp);
  const phones = { ...shared, desk, codes, media, failed };
  const world = { directory, desk, faults, changes, counters, phones, media, held, notices };
  return { identity, gateway, behaviours, ...world, errors, version, host };
}

function makeBehaviours(
  shared: SharedComponents,
  { desk, codes, passkeys }: { desk: PairingDesk; codes: CodeDesk; passkeys: PasskeyDesk },
  host: () => string,
): BehaviourStack {
  const { directory, faults, passes, version } = shared;
  const oldestFirst = [
    answerTheRest,
    nameMediaHost(host, passes),
    ...answerAccountQueries,
    keepPrivacy(directory, shared.privacy),
    keepProfile(shared),
    tellMigration(directory),
    answerProps,
    answerMex(shared),
    takeTokens(shared),
    unlinkByClient(directory),
    lookUpUsers(shared),
    describeGroups(directory),
    changeGroups(shared),
    changeGroupSettings({ ...shared, settings: shared.groupSettings }),
    changeGroupPictures({ directory, settings: shared.groupSettings }),
    showPictures(shared),
    syncAppState(shared),
    relayPresence(shared),
    subscribePresence(shared),
    relayCalls(shared),
    handOutKeyBundles(directory, (number) => faults.take('foreign-pre-key', number) !== undefined),
    keepPreKeys,
    logIn(shared),
    greet(shared.counters),
    failLogins(faults),
    takeAcks,
    pairByQr(desk, () => faults.take('refresh-on-pairing') !== undefined),
    pairByCode(codes),
    askForPasskey(passkeys),
    relayReceipts(shared),
    askForMedia(shared, (number) => faults.take('no-media-retry', number) !== undefined),
    relayMessages(shared),
    keepChannels(shared),
    guardStrangers(shared),
    checkBusinessNodes(shared.now),
    requireVersion(faults, () => version.revision),
    ...failMessages(faults, shared.now),
    ...failDeliveries(faults),
    emptyAppState(faults),
    ...failQueries(faults),
  ];
  const stack = new BehaviourStack();
  for (const behaviour of oldestFirst) stack.use(behaviour);
  return stack;
}

function listenTo(
  { changes, counters, faults }: SharedComponents,
  behaviours: BehaviourStack,
  failed: (error: unknown) => void,
): GatewayListener {
  return {
    answersHandshake: () => {
      changes.announce();
      return faults.take('silent-handshake') === undefined;
    },
    refusesUpgrade: () => {
      changes.announce();
      const fault = faults.take('refuse-upgrade');
      return fault && (fault.code ?? 503);
    },
    forgery: () => (['foreign-root', 'stolen-certificates'] as const).find((fault) => faults.take(fault)),
    resumes: () => faults.take('no-resumption') === undefined,
    compresses: ({ number }) => faults.take('compressed-frames', number) !== undefined,
    sending: (client, stanza, send) => behaviours.sending(stanza, client, send),
    cutsWithin: ({ number }, length) => faults.reach('cut-at-byte', length, number),
    messageBytes: () => faults.take('split-frames')?.bytes,
    connected: () => {
      counters.connections += 1;
      changes.announce();
    },
    introduced: async (client, payload) => {
      // Announce before as well: a test may wait for a client that a behaviour keeps waiting.
      changes.announce();
      await behaviours.introduction(payload, client);
      changes.announce();
    },
    received: async (client, stanza) => {
      counters.stanzasIn += 1;
      await behaviours.stanza(stanza, client);
      changes.announce();
    },
    closed: (client) => {
      behaviours.closed(client);
      changes.announce();
    },
    failed: (_client, error) => failed(error),
  };
}

function tamperingOf(faults: Faults, number: string): Tampering | undefined {
  if (faults.take('wrong-hmac', number)) return 'hmac';
  if (faults.take('wrong-account-signature', number)) return 'account-signature';
  return faults.take('foreign-account-signature', number) && 'foreign-account-signature';
}

function patienceOf({ ackTimeoutMs, after }: SimulatorOptions, now: () => number): AckPatience {
  return { ms: ackTimeoutMs ?? DEFAULT_ACK_TIMEOUT_MS, now, after: after ?? setTimer };
}

function setTimer(delayMs: number, task: () => void): { cancel(): void } {
  const timer = setTimeout(task, delayMs).unref();
  return { cancel: () => clearTimeout(timer) };
}
