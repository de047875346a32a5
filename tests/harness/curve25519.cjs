/** Replaces `curve25519-js` with the instance that `jest-environment.js` loaded outside the sandbox. */
module.exports = globalThis.curve25519FromOutside;
