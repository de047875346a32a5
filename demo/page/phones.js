import { scrollDown, showChat } from './chat.js';
import { $, make, readable } from './dom.js';
import { text } from './texts.js';

const OWNERS = ['shop', 'customer'];

/**
 * Brings one of the two phones to the front.
 * @param {'shop' | 'customer'} owner
 */
export function showPhone(owner) {
  for (const each of OWNERS) {
    const tab = $(`tab-${each}`);
    tab.ariaSelected = String(each === owner);
    tab.tabIndex = each === owner ? 0 : -1;
    $(`panel-${each}`).hidden = each !== owner;
  }
  if (owner === 'customer') scrollDown();
}

/** Makes the tabs respond to clicks and arrow keys. */
export function wireTabs() {
  for (const [at, owner] of OWNERS.entries()) {
    const other = OWNERS[1 - at];
    $(`tab-${owner}`).addEventListener('click', () => showPhone(owner));
    $(`tab-${owner}`).addEventListener('keydown', ({ key }) => {
      if (key !== 'ArrowLeft' && key !== 'ArrowRight') return;
      showPhone(other);
      $(`tab-${other}`).focus();
    });
  }
}

/**
 * Renders both phones.
 * @param {object} stage as the server sends it
 * @param {boolean} canScan whether there is a QR to scan
 */
export function showPhones({ shop, customer, chat }, canScan) {
  $('shop-name').textContent = $('chat-with').textContent = shop.name;
  $('tab-shop').replaceChildren(make('small', {}, text('shop')), shop.name);
  $('tab-customer').replaceChildren(make('small', {}, text('customer')), customer.name);
  $('shop-number').textContent = readable(shop.number);
  const linked = shop.devices.length > 0;
  $('finder').hidden = $('scan').hidden = linked;
  $('scan').disabled = !canScan;
  $('unlink').hidden = !linked;
  $('shop-hint').textContent = linked ? '' : text('shopHint');
  $('devices').replaceChildren(...shop.devices.map(deviceItem));
  showChat(chat, { shop, customer });
}

function deviceItem({ online, waiting }) {
  const state = text(online ? 'online' : 'offline') + (waiting > 0 ? ` · ${waiting} ${text('waiting')}` : '');
  return make('li', { data: { online } }, make('b', {}, 'WhatsApp Orchestrator'), make('small', {}, state));
}
