/** What `jest-environment.js` brought in takes the place of `curve25519-js`. */
module.exports = globalThis.curve25519FromOutside;
