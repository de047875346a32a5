import { $, icon, make, showList } from './dom.js';
import { state } from './store.js';
import { said, sinceSeconds, text } from './words/text.js';

/** The sentences of `GET /health` that are said in other words here. */
const KNOWN = [/^Cannot write to storage/, /^The backend (rejects|is not accepting)/, /dead-lettered: see GET/];

/** Shows what is not well, the worst first. */
export function showBanner() {
  showList($('banner'), notices(), ({ name }) => name, line);
  $('banner').hidden = notices().length === 0;
}

function notices() {
  if (state.line === 'lost') return [{ name: 'lost', mood: 'bad', words: text('banner_lost') }];
  if (state.line === 'crowded') return [{ name: 'crowded', mood: 'wait', words: text('banner_crowded') }];
  const limited = state.line === 'limited' ? [{ name: 'limited', mood: 'wait', words: text('banner_limited') }] : [];
  return state.health ? [...limited, ...ofHealth(state.health)] : limited;
}

function ofHealth({ status, backend, callbacks, problems }) {
  const refuses = problems.some((problem) => problem.startsWith('The backend rejects'));
  const disk = { name: 'disk', mood: 'bad', words: text('banner_disk') };
  const down = { name: 'backend', mood: 'bad', words: text(refuses ? 'banner_settings' : 'banner_backend') };
  const dead = { name: 'dead', mood: 'wait', words: text('banner_dead', callbacks.deadLettered) };
  const others = problems.filter((problem) => !KNOWN.some((form) => form.test(problem)));
  return [
    ...(status === 'error' ? [disk] : []),
    ...(backend === 'down' ? [{ ...down, aside: waitingOf(callbacks), look: true }] : []),
    ...(callbacks.deadLettered > 0 ? [{ ...dead, look: true }] : []),
    ...others.map((problem) => ({ name: problem, mood: 'wait', words: said(problem) })),
  ];
}

function waitingOf({ pending, oldestPendingSeconds }) {
  if (pending === 0) return '';
  return `${text('waitingCount', pending)} ${text('oldest')}: ${sinceSeconds(-oldestPendingSeconds)}.`;
}

function line({ mood, look }) {
  const words = make('strong');
  // It changes all the time, and must not be read aloud each time.
  const aside = make('span', { ariaLive: 'off' });
  const link = look ? [make('a', { href: '#/deliveries' }, text('look'))] : [];
  const element = make('p', { data: { mood } }, icon('bad'), make('span', {}, words, ' ', aside, ' ', ...link));
  const update = ({ words: now, aside: more = '' }) => {
    if (words.textContent !== now) words.textContent = now;
    aside.textContent = more;
  };
  return { element, update };
}
