import { existingPhone, phoneOf } from './phone-of.ts';
import { optionalString, optionalStrings, requiredString, wholeNumber } from './request-body.ts';
import type { Route, RouteCall } from './route.ts';

const MAX_COUNT = 100_000;
const MAX_WAIT_MS = 60_000;

/** The routes for phones and groups. */
export const phoneRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/phones',
    handle({ simulator, body }) {
      const number = requiredString(body, 'number');
      const { name, jid, lid } = simulator.phone(
        number,
        optionalString(body, 'name'),
        optionalStrings(body, 'aliases'),
      );
      return { number, name, jid, lid };
    },
  },
  {
    method: 'POST',
    path: '/phones/:number/scan',
    handle: (call) => phoneOf(call).scan(requiredString(call.body, 'qr')),
  },
  {
    method: 'POST',
    path: '/phones/:number/pairing-code',
    handle: (call) => phoneOf(call).enterPairingCode(requiredString(call.body, 'code')),
  },
  {
    method: 'POST',
    path: '/groups',
    handle({ simulator, body }) {
      const numbers = optionalStrings(body, 'members');
      const members = numbers.map((number) => existingPhone(simulator, number));
      return { jid: simulator.group({ subject: requiredString(body, 'subject'), members }).jid };
    },
  },
  { method: 'POST', path: '/phones/:number/messages', handle: sendMessages },
  { method: 'GET', path: '/phones/:number/messages', handle: readMessages },
  { method: 'POST', path: '/phones/:number/polls', handle: sendPoll },
  { method: 'POST', path: '/phones/:number/votes', handle: vote },
  { method: 'POST', path: '/phones/:number/edits', handle: edit },
  { method: 'POST', path: '/phones/:number/presses', handle: press },
  {
    method: 'POST',
    path: '/phones/:number/unlink',
    async handle(call) {
      await phoneOf(call).unlink(optionalString(call.body, 'deviceJid'));
      return {};
    },
  },
];

async function sendMessages(call: RouteCall): Promise<{ ids: string[] }> {
  const phone = phoneOf(call);
  const to = requiredString(call.body, 'to');
  const text = requiredString(call.body, 'text');
  const count = wholeNumber(call.body.count, 'count', { otherwise: 0, max: MAX_COUNT });
  const texts = count === 0 ? [text] : Array.from({ length: count }, (_, index) => `${text} ${index + 1}`);
  return { ids: await Promise.all(texts.map((each) => phone.sendText(to, each))) };
}

async function sendPoll(call: RouteCall): Promise<{ id: string }> {
  const { body } = call;
  const selectableCount = wholeNumber(body.selectableCount, 'selectableCount', { otherwise: 0, max: MAX_COUNT });
  const question = { name: requiredString(body, 'name'), options: optionalStrings(body, 'options'), selectableCount };
  return { id: await phoneOf(call).sendPoll(requiredString(body, 'to'), question) };
}

async function vote(call: RouteCall): Promise<{ id: string }> {
  return { id: await phoneOf(call).vote(requiredString(call.body, 'poll'), optionalStrings(call.body, 'options')) };
}

async function edit(call: RouteCall): Promise<{ id: string }> {
  return { id: await phoneOf(call).edit(requiredString(call.body, 'message'), requiredString(call.body, 'text')) };
}

async function press(call: RouteCall): Promise<{ id: string }> {
  const { buttons } = phoneOf(call);
  const message = requiredString(call.body, 'message');
  const row = optionalString(call.body, 'row');
  if (row !== undefined) return { id: await buttons.choose(message, row) };
  return { id: await buttons.press(message, requiredString(call.body, 'button')) };
}

async function readMessages(call: RouteCall): Promise<{ messages: unknown[]; cursor: number }> {
  const phone = phoneOf(call);
  const after = wholeNumber(call.query.get('after'), 'after', { otherwise: 0, max: Number.MAX_SAFE_INTEGER });
  const waitMs = wholeNumber(call.query.get('waitMs'), 'waitMs', { otherwise: 0, max: MAX_WAIT_MS });
  const arrived = (): boolean => phone.messages(after).messages.length > 0;
  if (waitMs > 0) await call.simulator.until(arrived, { timeoutMs: waitMs }).catch(() => undefined);
  const { messages, cursor } = phone.messages(after);
  return { messages: messages.map(({ message, ...facts }) => ({ ...facts, kind: kindOf(message) })), cursor };
}

/** The field with the content; `messageContextInfo` accompanies any kind. */
function kindOf(message: object): string | undefined {
  return Object.keys(message).find((field) => field !== 'messageContextInfo');
}
