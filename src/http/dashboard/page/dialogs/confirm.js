import { $, put } from '../dom.js';

let settle = () => {};

/**
 * Asks whether somebody is sure. The dialog opens on "Cancel", so that a key that is pressed too often does no harm.
 * @param {{title: string, says: string, yes: string}} words
 * @returns {Promise<boolean>} whether he is
 */
export function confirm({ title, says, yes }) {
  put($('confirm-title'), title);
  put($('confirm-says'), says);
  put($('confirm-yes'), yes);
  $('confirm').showModal();
  return new Promise((resolve) => (settle = resolve));
}

/** Has the buttons answer. */
export function wireConfirm() {
  const answer = (isSure) => {
    settle(isSure);
    $('confirm').close();
  };
  $('confirm-yes').addEventListener('click', () => answer(true));
  $('confirm-no').addEventListener('click', () => answer(false));
  // By Escape, or when somebody is signed out.
  $('confirm').addEventListener('close', () => settle(false));
}
