/** Replaces `whatsapp-rust-bridge`, 2 MB to compile, with the instance that `jest-environment.js` loaded outside the sandbox. */
module.exports = { ...globalThis.loadedOutside.whatsappRustBridge };
