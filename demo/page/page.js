import { act, orchestrator, requireSuccess } from './api.js';
import { addCallback, showCallbacks } from './callbacks.js';
import { $, make, notice } from './dom.js';
import { newQr, refreshSession, session, show, updateTimeLeft } from './link.js';
import { showPhone, showPhones, wireTabs } from './phones.js';
import { wireForms } from './send.js';
import { switchLanguage, text, translatePage } from './texts.js';

const REFRESH_INTERVAL_MS = 1500;
const CLOCK_INTERVAL_MS = 500;
const MOODS = {
  running: 'good',
  connected: 'good',
  starting: 'wait',
  connecting: 'wait',
  none: 'wait',
  unknown: 'wait',
};

let stage;
let queue = Promise.resolve();
let isRefreshQueued = false;

/** Queues a refresh. They run one at a time, so that an older response never overwrites a newer one. */
function queueRefresh() {
  if (isRefreshQueued) return;
  isRefreshQueued = true;
  queue = queue.then(async () => {
    isRefreshQueued = false;
    if (stage) await refreshSession(stage.orchestrator === 'running').catch(({ message }) => notice(message));
    showAll();
  });
}

function showAll() {
  if (!stage) return;
  const isUp = stage.orchestrator === 'running';
  showPhones(stage, isUp && session.view === 'qr');
  showChip('session', isUp ? (session.status ?? 'none') : 'unknown');
  showChip('orchestrator', stage.orchestrator);
  showChip('backend', stage.backend);
  $('kill').textContent = text(stage.orchestrator === 'stopped' ? 'start' : 'kill');
  $('kill').disabled = stage.orchestrator === 'starting';
  showNodes(stage.nodes);
  $('stop-backend').textContent = text(stage.backend === 'running' ? 'stopBackend' : 'startBackend');
  $('refresh').disabled = !isUp || session.view !== 'qr';
  $('restart').disabled = !isUp || !['linked', 'reconnecting'].includes(session.view);
  $('delete').disabled = !isUp || !session.data;
}

/** A button for each node, made when they are known. */
function showNodes(nodes) {
  $('nodes').hidden = nodes.length === 0;
  for (const { name, state } of nodes) {
    if (!$(`kill-${name}`)) {
      $('nodes').append(make('button', { id: `kill-${name}`, type: 'button' }));
      onPress(`kill-${name}`, () => act('node', { node: name, running: stateOf(name) === 'stopped' }));
    }
    $(`kill-${name}`).textContent = `${text(state === 'stopped' ? 'startNode' : 'killNode')} ${name}`;
    $(`kill-${name}`).disabled = state === 'starting';
  }
}

const stateOf = (node) => stage.nodes.find(({ name }) => name === node)?.state;

function showChip(name, state) {
  const chip = $(`chip-${name}`);
  chip.dataset.mood = MOODS[state] ?? 'bad';
  chip.querySelector('b').textContent = text(state);
}

/** Runs `press` when a button is clicked, after whatever is still queued, and shows its error. */
function onPress(id, press) {
  $(id).addEventListener('click', () => {
    $(id).setAttribute('aria-busy', 'true');
    queue = queue.then(press).catch(({ message }) => notice(message));
    queue = queue.then(() => $(id).removeAttribute('aria-busy'));
    queueRefresh();
  });
}

async function callSession(method, path) {
  requireSuccess(await orchestrator(method, `/sessions/${session.id}${path}`));
}

function wire() {
  wireTabs();
  wireForms(onPress, () => stage.customer.number);
  onPress('new-qr', newQr);
  onPress('scan', () => act('scan', { qr: session.qr?.qrText }));
  onPress('unlink', () => act('unlink'));
  onPress('refresh', () => act('refresh'));
  onPress('kill', () => act('orchestrator', { running: stage.orchestrator === 'stopped' }));
  onPress('stop-backend', () => act('backend', { running: stage.backend !== 'running' }));
  onPress('restart', () => callSession('POST', '/restart'));
  onPress('delete', () => callSession('DELETE', ''));
  $('language').addEventListener('click', () => {
    switchLanguage();
    showCallbacks();
    show();
    showAll();
  });
}

function onStage(next) {
  const linkedBefore = stage?.shop.devices.length ?? 0;
  const linkedNow = next.shop.devices.length;
  const changed = stage?.orchestrator !== next.orchestrator || linkedBefore !== linkedNow;
  stage = next;
  if (linkedNow > linkedBefore) showPhone('customer');
  if (linkedNow < linkedBefore) showPhone('shop');
  showAll();
  if (changed) queueRefresh();
}

function subscribe() {
  const events = new EventSource('/events');
  events.addEventListener('stage', ({ data }) => onStage(JSON.parse(data)));
  events.addEventListener('callback', ({ data }) => {
    addCallback(JSON.parse(data));
    queueRefresh();
  });
  events.addEventListener('error', () => notice(text('cut')));
}

translatePage();
wire();
subscribe();
setInterval(queueRefresh, REFRESH_INTERVAL_MS);
setInterval(updateTimeLeft, CLOCK_INTERVAL_MS);
