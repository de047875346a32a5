import { $, icon, make, showList } from './dom.js';
import { state } from './store.js';
import { sinceSeconds } from './words/format.js';
import { serverText, text } from './words/text.js';

/** The problems of `GET /health` for which the page has its own words. */
const KNOWN = [/^Cannot write to storage/, /^The backend (rejects|is not accepting)/, /dead-lettered: see GET/];

/** Shows current problems, the worst first. */
export function showBanner() {
  showList($('banner'), notices(), ({ name }) => name, row);
  $('banner').hidden = notices().length === 0;
}

function notices() {
  if (state.connection === 'lost') return [{ name: 'lost', mood: 'bad', words: text('banner_lost') }];
  if (state.connection === 'crowded') return [{ name: 'crowded', mood: 'wait', words: text('banner_crowded') }];
  const limited =
    state.connection === 'limited' ? [{ name: 'limited', mood: 'wait', words: text('banner_limited') }] : [];
  return state.health ? [...limited, ...ofHealth(state.health)] : limited;
}

function ofHealth({ status, backend, callbacks, problems }) {
  const isRejecting = problems.some((problem) => problem.startsWith('The backend rejects'));
  const disk = { name: 'disk', mood: 'bad', words: text('banner_disk') };
  const down = { name: 'backend', mood: 'bad', words: text(isRejecting ? 'banner_settings' : 'banner_backend') };
  const dead = { name: 'dead', mood: 'wait', words: text('banner_dead', callbacks.deadLettered) };
  const others = problems.filter((problem) => !KNOWN.some((form) => form.test(problem)));
  return [
    ...(status === 'error' ? [disk] : []),
    ...(backend === 'down' ? [{ ...down, aside: pendingOf(callbacks), hasLink: true }] : []),
    ...(callbacks.deadLettered > 0 ? [{ ...dead, hasLink: true }] : []),
    ...others.map((problem) => ({ name: problem, mood: 'wait', words: serverText(problem) })),
  ];
}

function pendingOf({ pending, oldestPendingSeconds }) {
  return pending === 0 ? '' : text('banner_pending', pending, sinceSeconds(-oldestPendingSeconds));
}

function row({ mood, hasLink }) {
  const words = make('strong');
  // Changes all the time: screen readers must not announce each change.
  const aside = make('span', { ariaLive: 'off' });
  const link = hasLink ? [make('a', { href: '#/deliveries' }, text('viewDeliveries'))] : [];
  const element = make('p', { data: { mood } }, icon('bad'), make('span', {}, words, ' ', aside, ' ', ...link));
  const update = ({ words: now, aside: more = '' }) => {
    if (words.textContent !== now) words.textContent = now;
    aside.textContent = more;
  };
  return { element, update };
}
