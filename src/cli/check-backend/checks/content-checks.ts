import type { EventKind } from '../../../domain/event.ts';
import { type Check, type CheckRun, type Finding, OK } from '../check.ts';
import type { Answer } from '../checked-backend.ts';
import { described, mustAccept, sentence } from '../judge.ts';
import type { Changes } from '../test-session.ts';
import { HEAVY, LONG_TEXT, SAMPLES } from './message-samples.ts';

const MESSAGE = 'message-received';
const AS_TEXT =
  'People write what they like: store it with parameters, in a column of unlimited length, as Unicode text';
const FOUR_BYTES = `${AS_TEXT} (in MySQL: utf8mb4).`;
const NULLABLE = 'Each field that may be null must be null in your table, too: see GET /docs.';
const NEWER = 'Ignore fields that you do not know, and accept values that you do not know: later versions add some.';
const CORRECTED = 'The same message_id from the same sender is the same message: update its row.';
const NOT_UNIQUE =
  'Senders choose message ids: make message_id unique together with the session and the sender at most.';
const LARGE = 'Accept bodies of 5 MB, in the backend and in the proxy before it, and texts of any length.';

/** Who writes as somebody whose number WhatsApp does not tell. */
const UNKNOWN = {
  sender_number: null,
  sender_name: null,
  sender_lid: '100000012345678',
  chat_id: '100000012345678@lid',
};

/** Whether one event with these fields is accepted. */
function accepts<Kind extends EventKind>(
  id: string,
  title: string,
  [kind, changes, advice]: [Kind, Changes<Kind>, string],
): Check {
  const run = async ({ backend, session }: CheckRun) =>
    mustAccept(kind, [await backend.post(session.event(kind, changes))], advice);
  return { id, title, needs: kind, run };
}

const text = (id: string, title: string, message_content: string, advice = `${AS_TEXT}.`): Check =>
  accepts(`text/${id}`, title, [MESSAGE, { message_content, sender_name: message_content }, advice]);

/** Posts messages one after the other. */
async function messages({ backend, session }: CheckRun, list: readonly Changes<typeof MESSAGE>[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const changes of list) answers.push(await backend.post(session.event(MESSAGE, changes)));
  return answers;
}

async function everyType(run: CheckRun): Promise<Finding> {
  const answers = await messages(run, SAMPLES);
  const refused = answers.flatMap((answer, at) =>
    answer.outcome.kind === 'accepted' ? [] : [{ answer, type: String(SAMPLES[at]?.message_type) }],
  );
  const [first] = refused;
  if (!first) return OK;
  const types = refused.map(({ type }) => type).join(', ');
  const advice = `Accept every message_type and every form of media_info; refused: ${types}.`;
  return { verdict: 'wrong', advice: sentence(described(first.answer), advice) };
}

async function corrected(run: CheckRun): Promise<Finding> {
  const message_id = run.session.newMessageId();
  const answers = await messages(run, [
    { message_id, message_type: 'undecryptable', message_content: null },
    { message_id },
    { message_id, corrected_fields: ['sender_name'] },
  ]);
  return mustAccept(MESSAGE, answers, CORRECTED);
}

async function sameIdOfOther(run: CheckRun): Promise<Finding> {
  const message_id = run.session.newMessageId();
  const other = run.lateSession.contact;
  const answers = await messages(run, [
    { message_id },
    { message_id, sender_number: other, chat_id: `${other}@s.whatsapp.net` },
  ]);
  return mustAccept(MESSAGE, answers, NOT_UNIQUE);
}

const FAMILY = '👨‍👩‍👧‍👦';
const ANONYMOUS = { ...UNKNOWN, phone_number_session: null, message_content: null };

/** What events contain. */
export const CONTENT_CHECKS: readonly Check[] = [
  { id: 'types/all', title: 'a message of each type', needs: MESSAGE, run: everyType },
  { id: 'messages/corrected', title: 'a message that is corrected later', needs: MESSAGE, run: corrected },
  { id: 'messages/same-id', title: 'the same message_id from somebody else', needs: MESSAGE, run: sameIdOfOther },
  accepts('size/text', 'a text of 64 KiB with 1,000 mentions', [MESSAGE, LONG_TEXT, LARGE]),
  accepts('size/body', 'a body of 2 MiB', [MESSAGE, HEAVY, LARGE]),
  text('null-character', 'a text with U+0000, told as U+FFFD', 'Test \0 of U+0000 \ud83d'),
  text('emoji', 'emoji and other characters of four bytes', `Test ${FAMILY} 🇦🇷 𠜎 𝒯`, FOUR_BYTES),
  text('right-to-left', 'right-to-left text', 'Test \u202Eאבג\u202C مرحبا \u200F!'),
  text(
    'quotes',
    'quotes, backslashes and control characters',
    'Test of O\'Brien "it" `is` \\ % _ ${x} {{x}} <b> \u0001\u001b\r\n\t\u2028',
  ),
  text('long-name', 'a name of 256 characters', 'Test ñ'.repeat(43).slice(0, 256)),
  accepts('null/sender', 'a message of an unknown number (null)', [MESSAGE, ANONYMOUS, NULLABLE]),
  accepts('null/status', 'a status without last_seen, with an error', [
    'status-update',
    { status: 'error', error_message: 'Test of check-backend', last_seen: null },
    NULLABLE,
  ]),
  accepts('null/recipient', 'a message status of an unknown recipient (null)', [
    'message-status-update',
    { to_number: null, status: 'failed', error_code: '463', error_message: 'Test of check-backend' },
    NULLABLE,
  ]),
  accepts('newer/field', 'a field that no version has yet', [
    MESSAGE,
    { field_of_check_backend: { nested: [1, null, 'Test'] } },
    NEWER,
  ]),
  accepts('newer/type', 'a message_type that no version has yet', [MESSAGE, { message_type: 'hologram' }, NEWER]),
];
