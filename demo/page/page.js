import { act, orchestrator, sentenceUnlessGood } from './api.js';
import { addCallback, showCallbacks } from './callbacks.js';
import { $, notice } from './dom.js';
import { look, moveTime, newQr, session, show } from './link.js';
import { pickUp, showPhones, wireTabs } from './phones.js';
import { wireForms } from './send.js';
import { switchLanguage, text, translatePage } from './texts.js';

const LOOK_EVERY_MS = 1500;
const MOODS = {
  running: 'good',
  connected: 'good',
  starting: 'wait',
  connecting: 'wait',
  none: 'wait',
  unknown: 'wait',
};

let stage;
let work = Promise.resolve();
let looksSoon = false;

/** One look at a time, so that an older answer never hides a newer one. */
function lookSoon() {
  if (looksSoon) return;
  looksSoon = true;
  work = work.then(async () => {
    looksSoon = false;
    if (stage) await look(stage.orchestrator === 'running').catch(({ message }) => notice(message));
    showAll();
  });
}

function showAll() {
  if (!stage) return;
  const up = stage.orchestrator === 'running';
  showPhones(stage, up && session.view === 'qr');
  showChip('session', up ? (session.status ?? 'none') : 'unknown');
  showChip('orchestrator', stage.orchestrator);
  showChip('backend', stage.backend);
  $('kill').textContent = text(stage.orchestrator === 'stopped' ? 'start' : 'kill');
  $('kill').disabled = stage.orchestrator === 'starting';
  $('down').textContent = text(stage.backend === 'running' ? 'down' : 'up');
  $('refresh').disabled = !up || session.view !== 'qr';
  $('restart').disabled = !up || !['linked', 'repairing'].includes(session.view);
  $('delete').disabled = !up || !session.data;
}

function showChip(name, state) {
  const chip = $(`chip-${name}`);
  chip.dataset.mood = MOODS[state] ?? 'bad';
  chip.querySelector('b').textContent = text(state);
}

/** Has a button do something, once at a time, and say what went wrong. */
function onPress(id, press) {
  $(id).addEventListener('click', () => {
    $(id).setAttribute('aria-busy', 'true');
    work = work.then(press).catch(({ message }) => notice(message));
    work = work.then(() => $(id).removeAttribute('aria-busy'));
    lookSoon();
  });
}

async function onSession(method, path) {
  sentenceUnlessGood(await orchestrator(method, `/sessions/${session.id}${path}`));
}

function wire() {
  wireTabs();
  wireForms(onPress, () => stage.customer.number);
  onPress('new-qr', newQr);
  onPress('scan', () => act('scan', { qr: session.qr?.qrText }));
  onPress('unlink', () => act('unlink'));
  onPress('refresh', () => act('refresh'));
  onPress('kill', () => act('orchestrator', { running: stage.orchestrator === 'stopped' }));
  onPress('down', () => act('backend', { running: stage.backend !== 'running' }));
  onPress('restart', () => onSession('POST', '/restart'));
  onPress('delete', () => onSession('DELETE', ''));
  $('language').addEventListener('click', () => {
    switchLanguage();
    showCallbacks();
    show();
    showAll();
  });
}

function takeStage(next) {
  const linkedBefore = stage?.shop.devices.length ?? 0;
  const linkedNow = next.shop.devices.length;
  const changed = stage?.orchestrator !== next.orchestrator || linkedBefore !== linkedNow;
  stage = next;
  if (linkedNow > linkedBefore) pickUp('customer');
  if (linkedNow < linkedBefore) pickUp('shop');
  showAll();
  if (changed) lookSoon();
}

function listen() {
  const events = new EventSource('/events');
  events.addEventListener('stage', ({ data }) => takeStage(JSON.parse(data)));
  events.addEventListener('callback', ({ data }) => {
    addCallback(JSON.parse(data));
    lookSoon();
  });
  events.addEventListener('error', () => notice(text('cut')));
}

translatePage();
wire();
listen();
setInterval(lookSoon, LOOK_EVERY_MS);
setInterval(moveTime, 500);
