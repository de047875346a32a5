/** The simulator in a process of its own, with phones that write on demand. */
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { startSimulator } from '../../simulator/start-simulator.ts';
import { serveCalls } from './remote.ts';
import { sharedNowMs } from './usage.ts';

/** Who writes to whom: two phone numbers. */
export interface Route {
  from: string;
  to: string;
}

/** Texts `<text> <index>` that are sent as people send them. */
interface Chat {
  routes: Route[];
  first: number;
  last: number;
  text: string;
  perSecond: number;
}

/** An encrypted message that waits to be sent. */
interface Held {
  id: string;
  send: () => void;
}

/** The Signal library of the phones logs whole sessions, keys included, on every change. */
Object.assign(globalThis.console, { log: noop, info: noop, warn: noop, error: noop });

const TIMEOUT_MS = 120_000;
const whatsapp = await startSimulator({ qr: { firstMs: 600_000 } });

/** Whether messages to clients are encrypted but held back. */
let isHolding = false;
const held: Held[] = [];
/** The time of each completed login, in ms of the shared clock. */
let logins: number[] = [];
/** How long each of these numbers had had no connection, in ms; since the end of its last one. */
let gaps: number[] = [];
const endedAt = new Map<string, number>();
whatsapp.use({
  name: 'hold messages, record logins',
  onSend(stanza, _client, send) {
    if (isHolding && stanza.tag === 'message') held.push({ id: stanza.attrs.id ?? '', send: () => send(stanza) });
    else send(stanza);
  },
  onStanza({ tag, attrs, content }, { number = '' }) {
    const isActive = Array.isArray(content) && content.some((child) => child.tag === 'active');
    if (tag === 'iq' && attrs.xmlns === 'passive' && isActive) {
      logins.push(sharedNowMs());
      gaps.push(sharedNowMs() - (endedAt.get(number) ?? NaN));
    }
    return false;
  },
  onClose({ number }) {
    if (number !== undefined) endedAt.set(number, sharedNowMs());
  },
});

const api = {
  about: () => ({ wsUrl: whatsapp.wsUrl, rootKey: whatsapp.rootKey, mediaHost: whatsapp.mediaHost }),
  /** Creates phones. */
  phones: (numbers: string[]) => numbers.forEach((number) => whatsapp.phone(number)),
  scan: ({ number, qr }: { number: string; qr: string }) => whatsapp.phone(number).scan(qr),
  /** Encrypts `count` texts, round-robin over the routes, and holds them. */
  write: async ({ routes, count, text }: { routes: Route[]; count: number; text: string }): Promise<void> => {
    isHolding = true;
    for (let index = 0; index < count; index += 1) {
      const { from, to } = routes[index % routes.length] ?? routes[0] ?? { from: '', to: '' };
      await whatsapp.phone(from).sendText(to, `${text} ${index}`, { id: `${text}-${index}` });
    }
    isHolding = false;
    if (held.length !== count) throw new Error(`${held.length} messages are held instead of ${count}.`);
  },
  /**
   * Sends the held messages one after another, at a pace or as fast as possible. Each is sent in its own turn of the event loop,
   * as messages arrive from a network. Resolves with the time at which each was sent, in order.
   */
  release: async ({ perSecond }: { perSecond?: number }): Promise<number[]> => {
    const startMs = sharedNowMs();
    const sentAt: number[] = [];
    for (const { send } of held.splice(0)) {
      if (perSecond !== undefined) await until(startMs + (sentAt.length * 1000) / perSecond);
      else await nextTurn();
      sentAt.push(sharedNowMs());
      send();
    }
    return sentAt;
  },
  /** Sends texts `first` to `last`, round-robin over the routes, at a pace, whether or not the recipients are online. */
  chat: async ({ routes, first, last, text, perSecond }: Chat): Promise<void> => {
    const startMs = sharedNowMs();
    for (let index = first; index <= last; index += 1) {
      await until(startMs + ((index - first) * 1000) / perSecond);
      const { from, to } = routes[index % routes.length] ?? { from: '', to: '' };
      await whatsapp.phone(from).sendText(to, `${text} ${index}`, { id: `${text}-${index}` });
    }
  },
  /** Resolves once no device has messages waiting. */
  untilQuiet: () =>
    whatsapp.until((server) => server.devices().every(({ waiting }) => waiting === 0), {
      timeoutMs: TIMEOUT_MS,
      what: 'all devices to receive their messages',
    }),
  /** Resolves once `count` devices are online. */
  untilOnline: (count: number) =>
    whatsapp.until((server) => server.devices().filter(({ online }) => online).length >= count, {
      timeoutMs: TIMEOUT_MS,
      what: `${count} devices to be online`,
    }),
  forgetLogins: () => {
    logins = [];
    gaps = [];
  },
  /** How long those that have logged in since `forgetLogins` had had no connection, in ms. */
  gaps: () => gaps,
  /** Resolves with the times of the first `count` logins since `forgetLogins`. */
  logins: async (count: number): Promise<number[]> => {
    const what = `${count} logins`;
    await whatsapp.until(() => logins.length >= count, { timeoutMs: TIMEOUT_MS, what });
    return logins.slice(0, count);
  },
  /** Cuts the connection of one account. */
  cut: (number: string) => whatsapp.fault('cut', { number }),
  stats: () => whatsapp.stats(),
};

/** The functions that other processes can call. */
export type WhatsAppApi = typeof api;

serveCalls(api);

async function until(timeMs: number): Promise<void> {
  const remainingMs = timeMs - sharedNowMs();
  if (remainingMs > 0) await pause(remainingMs);
}

function noop(): void {
  // Discards the output.
}
