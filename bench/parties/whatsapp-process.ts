/** The simulator as a process of its own, with phones that write when they are told to. */
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { startSimulator } from '../../simulator/start-simulator.ts';
import { answerQuestions } from './remote.ts';
import { sharedNowMs } from './usage.ts';

/** Who writes to whom: two phone numbers. */
export interface Route {
  from: string;
  to: string;
}

/** A message that is encrypted and waits to be sent. */
interface Held {
  id: string;
  send: () => void;
}

/** The Signal library of the phones prints whole sessions, with their keys, on every change. */
Object.assign(globalThis.console, { log: noop, info: noop, warn: noop, error: noop });

const PATIENCE_MS = 120_000;
const whatsapp = await startSimulator({ qr: { firstMs: 600_000 } });

/** While it is true, messages to clients are encrypted but not sent. */
let holds = false;
const held: Held[] = [];
/** When the devices that logged in did so, in ms of the shared clock. */
let logins: number[] = [];
whatsapp.use({
  name: 'hold messages, note logins',
  onSend(stanza, _client, send) {
    if (holds && stanza.tag === 'message') held.push({ id: stanza.attrs.id ?? '', send: () => send(stanza) });
    else send(stanza);
  },
  onStanza({ tag, attrs, content }) {
    const isActive = Array.isArray(content) && content.some((child) => child.tag === 'active');
    if (tag === 'iq' && attrs.xmlns === 'passive' && isActive) logins.push(sharedNowMs());
    return false;
  },
});

const api = {
  about: () => ({ wsUrl: whatsapp.wsUrl, rootKey: whatsapp.rootKey }),
  /** Makes phones. */
  phones: (numbers: string[]) => numbers.forEach((number) => whatsapp.phone(number)),
  scan: ({ number, qr }: { number: string; qr: string }) => whatsapp.phone(number).scan(qr),
  /** Encrypts `count` texts, by turns over the routes, and holds them. */
  write: async ({ routes, count, text }: { routes: Route[]; count: number; text: string }): Promise<void> => {
    holds = true;
    for (let index = 0; index < count; index += 1) {
      const { from, to } = routes[index % routes.length] ?? routes[0] ?? { from: '', to: '' };
      await whatsapp.phone(from).sendText(to, `${text} ${index}`, { id: `${text}-${index}` });
    }
    holds = false;
    if (held.length !== count) throw new Error(`Of ${count} messages ${held.length} are on their way`);
  },
  /**
   * Sends what is held, one after the other: so many a second, or as fast as it can, each in a turn of its own as messages
   * come. Resolves with when each was sent, by its number.
   */
  release: async ({ perSecond }: { perSecond?: number }): Promise<number[]> => {
    const begin = sharedNowMs();
    const sentAt: number[] = [];
    for (const { send } of held.splice(0)) {
      if (perSecond !== undefined) await until(begin + (sentAt.length * 1000) / perSecond);
      else await nextTurn();
      sentAt.push(sharedNowMs());
      send();
    }
    return sentAt;
  },
  /** Resolves when all devices have everything. */
  untilQuiet: () =>
    whatsapp.until((server) => server.devices().every(({ waiting }) => waiting === 0), {
      timeoutMs: PATIENCE_MS,
      what: 'all devices to have everything',
    }),
  /** Resolves when so many devices are there. */
  untilOnline: (count: number) =>
    whatsapp.until((server) => server.devices().filter(({ online }) => online).length >= count, {
      timeoutMs: PATIENCE_MS,
      what: `${count} devices to be there`,
    }),
  forgetLogins: () => {
    logins = [];
  },
  /** Resolves with when each of the first `count` logins since the last look was complete. */
  logins: async (count: number): Promise<number[]> => {
    const what = `${count} logins`;
    await whatsapp.until(() => logins.length >= count, { timeoutMs: PATIENCE_MS, what });
    return logins.slice(0, count);
  },
  /** Cuts the line of one account. */
  cut: (number: string) => whatsapp.fault('cut', { number }),
  stats: () => whatsapp.stats(),
};

/** What the process can be asked. */
export type WhatsAppApi = typeof api;

answerQuestions(api);

async function until(timeMs: number): Promise<void> {
  const restMs = timeMs - sharedNowMs();
  if (restMs > 0) await pause(restMs);
}

function noop(): void {
  // Not printed.
}
