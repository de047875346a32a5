import type { Language } from '../../config/notification-settings.ts';
import type { SessionRecord } from '../../domain/session.ts';
import { statusOf } from '../../domain/session.ts';
import { isoTime } from '../../kit/clock.ts';
import type { Trouble, TroubleKind } from '../health.ts';
import { hidden, WORDS, type Words } from './words.ts';

/** An account, or the server in one respect, that needs attention or needs it no longer. */
export type Concern = { sinceMs: number } & (
  { kind: 'account'; record: SessionRecord } | { kind: 'server'; problem: TroubleKind; sentence: string | null }
);

/** What is sent, on every way. */
export interface Notification {
  /** The same in each attempt. */
  id: string;
  type: 'attention' | 'over' | 'test';
  /** One line, without anything that somebody else wrote. */
  title: string;
  text: string;
  /** The body of the webhook. */
  payload: object;
}

/** How many are named in a text, and in the webhook. */
const MAX_LINES = 20;
const MAX_ENTRIES = 100;

/** How a notification is written. */
export interface Style {
  id: string;
  nowMs: number;
  languages: readonly Language[];
  /** Sentences of the server in Spanish. */
  spanish: (sentence: string) => string;
}

/** Puts into words what has begun and what is over; at least one of them is not empty. */
export function composed(begun: readonly Concern[], over: readonly Concern[], style: Style): Notification {
  const { id, nowMs, languages } = style;
  const type = begun.length > 0 ? 'attention' : 'over';
  const title = titled(languages.map((language) => titleOf(begun, over, WORDS[language])));
  const text = languages
    .map((language) => textOf(begun, over, { words: WORDS[language], said: said(language, style) }))
    .join('\n\n');
  const counts = { began_count: begun.length, over_count: over.length };
  const entries = { began: begun.slice(0, MAX_ENTRIES).map(entryOf), over: over.slice(0, MAX_ENTRIES).map(entryOf) };
  return { id, type, title, text, payload: { type, title, text, timestamp: isoTime(nowMs), ...counts, ...entries } };
}

/** A notification of nothing, for somebody who wants to see that it arrives. */
export function testNotification({ id, nowMs, languages }: Omit<Style, 'spanish'>): Notification {
  const title = titled(languages.map((language) => WORDS[language].test));
  const text = languages.map((language) => WORDS[language].testText).join('\n\n');
  const counts = { began_count: 0, over_count: 0, began: [], over: [] };
  return {
    id,
    type: 'test',
    title,
    text,
    payload: { type: 'test', title, text, timestamp: isoTime(nowMs), ...counts },
  };
}

function titled(texts: readonly string[]): string {
  return `WhatsApp Orchestrator: ${texts.join(' / ')}`;
}

function titleOf(begun: readonly Concern[], over: readonly Concern[], words: Words): string {
  const told = begun.length > 0 ? begun : over;
  const accounts = told.filter(({ kind }) => kind === 'account').length;
  const what = words.what(accounts, told.length > accounts);
  return begun.length > 0 ? words.begun(what) : words.over(what);
}

function textOf(begun: readonly Concern[], over: readonly Concern[], spoken: Spoken): string {
  const { words } = spoken;
  return [
    ...listed(words.begunHead, begun, words, (concern) => begunLine(concern, spoken)),
    ...listed(words.overHead, over, words, (concern) => overLine(concern, words)),
  ].join('\n');
}

/** The words of a language, and the server's sentences in it. */
interface Spoken {
  words: Words;
  said: (sentence: string) => string;
}

function said(language: Language, { spanish }: Style): Spoken['said'] {
  return language === 'es' ? spanish : (sentence) => sentence;
}

function listed(
  head: string,
  concerns: readonly Concern[],
  words: Words,
  lineOf: (concern: Concern) => string,
): string[] {
  if (concerns.length === 0) return [];
  const more = concerns.length - MAX_LINES;
  return [head, ...concerns.slice(0, MAX_LINES).map(lineOf), ...(more > 0 ? [words.more(more)] : [])];
}

function begunLine(concern: Concern, { words, said: inWords }: Spoken): string {
  const why = reasonOf(concern);
  const since = words.since(`${isoTime(concern.sinceMs).slice(0, 16).replace('T', ' ')} UTC`);
  return `- ${nameOf(concern, words)} (${since}): ${why === null ? words.unknown : hidden(inWords(why))}`;
}

function overLine(concern: Concern, words: Words): string {
  const state = concern.kind === 'account' ? words.state(concern.record.phase) : words.well;
  return `- ${nameOf(concern, words)}: ${state}`;
}

function nameOf(concern: Concern, words: Words): string {
  if (concern.kind === 'server') return words.problems[concern.problem];
  const { sessionId, profile } = concern.record;
  return profile?.name ? `${hidden(profile.name)}, ${sessionId}` : sessionId;
}

function reasonOf(concern: Concern): string | null {
  return concern.kind === 'account' ? concern.record.errorMessage : concern.sentence;
}

function entryOf(concern: Concern): object {
  const why = reasonOf(concern);
  const common = { kind: concern.kind, since: isoTime(concern.sinceMs), reason: why === null ? null : hidden(why) };
  if (concern.kind === 'server') return { ...common, problem: concern.problem };
  const { sessionId, phase, profile } = concern.record;
  const name = profile?.name ? hidden(profile.name) : null;
  return { ...common, session_id: sessionId, name, status: statusOf(phase) };
}

/** The concern of a trouble; without a sentence when it is over. */
export function serverConcern(
  { kind: problem, sentence }: Omit<Trouble, 'sentence'> & { sentence: string | null },
  sinceMs: number,
): Concern {
  return { kind: 'server', problem, sentence, sinceMs };
}
