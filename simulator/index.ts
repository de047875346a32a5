/**
 * What programs import: `startSimulator`, and what a behaviour of one's own is written with. A minor version may change whatever is
 * not exported here.
 */
export { startSimulator } from './start-simulator.ts';
export { answerIq, isIq } from './behaviours/answer-iq.ts';
export { bytesOf, childOf, childrenOf, errorOf, node, numberOf, resultOf, SERVER } from './kit/stanza.ts';
export { FaultError } from './faults/fault-options.ts';
export { PairingError } from './pairing/pairing-error.ts';

export type { Behaviour } from './behaviours/behaviour.ts';
export type { FaultName } from './faults/fault-table.ts';
export type { FaultOptions } from './faults/fault-options.ts';
export type { WaitOptions } from './kit/changes.ts';
export type { Stanza } from './kit/stanza.ts';
export type { NoticeName } from './notices/notice-table.ts';
export type { SimulatorOptions } from './options.ts';
export type { PasskeyOptions } from './pairing/passkey-authenticator.ts';
export type { PairingFailure } from './pairing/pairing-error.ts';
export type { Companion } from './phones/companion.ts';
export type { NextOptions, ReceivedMessage } from './phones/inbox.ts';
export type { OutgoingMedia } from './phones/media-message.ts';
export type { Phone, Recipient } from './phones/phone.ts';
export type { SendOptions } from './phones/phone-sender.ts';
export type { DeviceSummary, GroupFacts, Simulator, Stats } from './simulator.ts';
export type { Client } from './transport/client.ts';
export type { Channel } from './world/channel.ts';
export type { Group } from './world/group.ts';
