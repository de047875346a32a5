import { node, SERVER, type Stanza } from '../kit/stanza.ts';

const COUNTED = ['message', 'notification', 'receipt', 'call'] as const;

/** What a device is told before it gets what waited: how many of which kind, and from which chats. Nothing when nothing waited. */
export function offlinePreview(waiting: readonly Stanza[]): Stanza[] {
  if (waiting.length === 0) return [];
  const count = (is: (stanza: Stanza) => boolean): string => String(waiting.filter(is).length);
  const counts = Object.fromEntries(COUNTED.map((tag) => [tag, count((stanza) => stanza.tag === tag)]));
  const attrs = {
    count: String(waiting.length),
    ...counts,
    appdata: count(({ attrs: { type } }) => type === 'server_sync'),
  };
  const notifications = node('notifications', { count: counts.notification ?? '0' });
  const threads = node('thread_metadata', {}, [...threadsOf(waiting), notifications]);
  return [bulletin(node('offline_preview', attrs)), bulletin(threads)];
}

/** The chats with messages, and the time of the latest one. */
function threadsOf(waiting: readonly Stanza[]): Stanza[] {
  const latest = new Map<string, string>();
  for (const { tag, attrs } of waiting) if (tag === 'message') latest.set(attrs.from ?? '', attrs.t ?? '0');
  return [...latest].map(([from, t]) => node('item', { from, t }));
}

function bulletin(child: Stanza): Stanza {
  return node('ib', { from: SERVER }, [child]);
}
