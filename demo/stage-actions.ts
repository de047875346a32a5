import type { Chat } from './chat.ts';
import type { SampleKind } from './samples.ts';
import type { Stage } from './stage.ts';

/** The input of a button. */
export interface ActionInput {
  readonly qr?: string;
  readonly text?: string;
  readonly kind?: SampleKind;
  /** The id of a message in the chat. */
  readonly id?: string;
  readonly option?: string;
  readonly running?: boolean;
  /** The name of a node. */
  readonly node?: string;
}

type Action = (stage: Stage, chat: Chat, input: ActionInput) => unknown;

const ACTIONS: Readonly<Record<string, Action>> = {
  /** The shop's phone scans the QR on the page. */
  scan: ({ shop }, _chat, { qr = '' }) => shop.scan(qr),
  /** The shop's phone unlinks the orchestrator, from its list of linked devices. */
  unlink: ({ shop }) => shop.unlink(),
  /** The customer sends the shop a text. */
  write: (_stage, chat, { text = '' }) => chat.write(text),
  /** The customer sends a picture, with a caption, or a voice note. */
  file: (_stage, chat, { kind = 'image', text = '' }) => chat.sendFile(kind, text),
  /** The customer plays a voice note. */
  play: (_stage, chat, { id = '' }) => chat.play(id),
  /** The customer votes in a poll. */
  vote: (_stage, chat, { id = '', option = '' }) => chat.vote(id, option),
  /** WhatsApp requests a new secret from every client that shows a QR. */
  refresh: ({ simulator }) => simulator.refreshPairing(),
  /** Starts the orchestrator, or kills it with SIGKILL. */
  orchestrator: ({ orchestrator }, _chat, { running }) => (running ? orchestrator.start() : orchestrator.kill()),
  /** Starts one node, or kills it with SIGKILL. */
  node: ({ orchestrator }, _chat, { node = '', running }) =>
    running ? orchestrator.named(node).start() : orchestrator.named(node).kill(),
  /** Starts or stops the backend. */
  backend: ({ backend }, _chat, { running }) => (running ? backend.start() : backend.stop()),
};

/** Returns the action of this name; undefined when there is none. */
export function actionNamed(name: string): Action | undefined {
  return Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
}
