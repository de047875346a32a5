import { ask } from './api.js';
import { $, make, setText, showList } from './dom.js';
import { currentRoute } from './route.js';
import { changed, state } from './store.js';
import { sinceSeconds } from './words/format.js';
import { text } from './words/text.js';

const EVERY_MS = 5000;

let ending = new AbortController();

/** Asks for the nodes again and again, where there are several; a server on its own is asked once. */
export async function followCluster() {
  ending = new AbortController();
  const { signal } = ending;
  while (!signal.aborted) {
    const health = await ask('GET', '/health').catch(() => undefined);
    if (signal.aborted || (health && !health.cluster)) return;
    state.cluster = health?.cluster ?? state.cluster;
    await lookUpNode();
    if (!signal.aborted) changed();
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

/** Asks for no nodes any more. */
export function stopFollowingCluster() {
  ending.abort();
}

/** Asks which node has the open account. */
export async function lookUpNode() {
  const { sessionId } = currentRoute();
  if (!state.cluster || !sessionId) return;
  const answer = await ask('GET', `/sessions/${sessionId}`).catch(() => undefined);
  state.placed = { sessionId, node: answer?.node };
  changed();
}

/** Shows the nodes in one line, and the node of the open account. Nothing for a server on its own. */
export function showCluster() {
  const { cluster, placed } = state;
  $('nodes').hidden = !cluster;
  $('fact-node-row').hidden = !cluster;
  if (!cluster) return;
  showList($('nodes'), itemsOf(cluster), ({ name }) => name, item);
  const isKnown = placed && placed.sessionId === currentRoute().sessionId;
  setText($('fact-node'), isKnown ? (placed.node ?? text('nodeMoving')) : '');
}

function itemsOf({ nodes, unowned }) {
  const items = nodes.map((node) => ({ name: `node ${node.nodeId}`, mood: moodOf(node), words: wordsOf(node) }));
  return unowned > 0 ? [...items, { name: 'unowned', mood: 'bad', words: text('nodesUnowned', unowned) }] : items;
}

function wordsOf({ nodeId, sessions, draining, lost, secondsSinceBeat }) {
  if (lost) return text('nodeLost', nodeId, sinceSeconds(-secondsSinceBeat));
  return text(draining ? 'nodeDraining' : 'nodeLives', nodeId, sessions);
}

function moodOf({ draining, lost }) {
  if (lost) return 'bad';
  return draining ? 'wait' : 'good';
}

function item() {
  const element = make('li');
  const update = ({ mood, words }) => {
    element.dataset.mood = mood;
    setText(element, words);
  };
  return { element, update };
}
