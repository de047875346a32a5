import { $, setText } from '../dom.js';

let settle = () => {};

/**
 * Asks for confirmation. "Cancel" has the focus, so that pressing Enter once too often does no harm.
 * @param {{title: string, body: string, yes: string}} texts
 * @returns {Promise<boolean>} whether the user confirmed
 */
export function confirm({ title, body, yes }) {
  setText($('confirm-title'), title);
  setText($('confirm-body'), body);
  setText($('confirm-yes'), yes);
  $('confirm').showModal();
  return new Promise((resolve) => (settle = resolve));
}

/** Wires the buttons. */
export function wireConfirm() {
  const answer = (isSure) => {
    settle(isSure);
    $('confirm').close();
  };
  $('confirm-yes').addEventListener('click', () => answer(true));
  $('confirm-no').addEventListener('click', () => answer(false));
  // Closed with Escape, or by signing out.
  $('confirm').addEventListener('close', () => settle(false));
}
