/** Replaces `curve25519-js` with the instance that `jest-environment.js` loaded outside the sandbox. */
module.exports = globalThis.loadedOutside.curve25519;
