import { ask } from '../api.js';
import { on } from '../live.js';
import { changed } from '../store.js';
import { errorText } from '../words/text.js';
import { refresh, unloaded } from './freshness.js';

const PAGE = 20;
/** Why there is nothing to show, and nothing to say: the setting, the history of the account, or the key. */
const CLOSED = ['messages_not_kept', 'history_not_kept', 'not_permitted'];

/** The conversations of the account that is looked at. Each account has a new object, so that late answers are recognized. */
let known = nothing();

function nothing(of) {
  return { ...unloaded(), of, chats: [], next: null, isOpen: undefined, trouble: '' };
}

/**
 * The conversations of an account, the newest first, which are loaded when they are wanted.
 * @param {string} id of its session
 * @returns {{chats: any[], next: string | null, isOpen: boolean | undefined, trouble: string}} `isOpen` says whether there is a way
 *   to them at all: `DASHBOARD_MESSAGES`, kept messages and the key allow it; `undefined` until that is known
 */
export function chatsOf(id) {
  if (known.of !== id) known = nothing(id);
  const mine = known;
  // What is closed stays so until the server starts anew, or a message arrives.
  if (mine.isOpen !== false || mine.isStale) refresh(mine, load, refused);
  return mine;
}

/** Loads what follows in the list. */
export async function loadMoreChats() {
  const mine = known;
  const { data, next } = await ask('GET', `${pathOf(mine)}&after=${mine.next}`);
  mine.chats = merged(mine.chats, data);
  mine.next = next;
  changed();
}

/** Follows new messages. */
export function followChats() {
  on('message', ({ session_id: id }) => id === known.of && (known.isStale = true));
  on('ready', () => (known.isStale = true));
}

/** Forgets everything when the user signs out. */
export function forgetList() {
  known = nothing();
}

async function load(mine) {
  // Keys that may not read the settings, too, learn here whether DASHBOARD_MESSAGES allows messages on this page.
  if (!mine.isOpen) await ask('GET', `/sessions/${mine.of}/messages?limit=1`);
  const { data, next } = await ask('GET', pathOf(mine));
  const isAll = next === null || mine.chats.length <= data.length;
  Object.assign(
    mine,
    { isOpen: true, trouble: '' },
    isAll ? { chats: data, next } : { chats: merged(data, mine.chats) },
  );
}

function refused(mine, error) {
  if (CLOSED.includes(error.code)) Object.assign(mine, { chats: [], next: null, isOpen: false });
  else mine.trouble = errorText(error, 'messages:read');
}

const pathOf = ({ of }) => `/sessions/${of}/chats?limit=${PAGE}`;

function merged(first, then) {
  const ids = new Set(first.map(({ chat_id: id }) => id));
  return [...first, ...then.filter(({ chat_id: id }) => !ids.has(id))];
}
