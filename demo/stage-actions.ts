import { type Chat } from './chat.ts';
import { type SampleKind } from './samples.ts';
import { type Stage } from './stage.ts';

/** What a button of the page sends along. */
export interface ActionInput {
  readonly qr?: string;
  readonly text?: string;
  readonly kind?: SampleKind;
  /** Of a message in the chat. */
  readonly id?: string;
  readonly option?: string;
  readonly running?: boolean;
}

type Action = (stage: Stage, chat: Chat, input: ActionInput) => unknown;

const ACTIONS: Readonly<Record<string, Action>> = {
  /** The shop's phone scans what the page shows. */
  scan: ({ shop }, _chat, { qr = '' }) => shop.scan(qr),
  /** The shop's phone unlinks the orchestrator, from its list of linked devices. */
  unlink: ({ shop }) => shop.unlink(),
  /** The customer writes to the shop. */
  write: (_stage, chat, { text = '' }) => chat.write(text),
  /** The customer sends a picture, with a caption, or a voice note. */
  file: (_stage, chat, { kind = 'image', text = '' }) => chat.sendFile(kind, text),
  /** The customer plays a voice note. */
  play: (_stage, chat, { id = '' }) => chat.play(id),
  /** The customer chooses in a poll. */
  vote: (_stage, chat, { id = '', option = '' }) => chat.vote(id, option),
  /** WhatsApp asks everybody who shows a QR for a new secret. */
  refresh: ({ simulator }) => simulator.refreshPairing(),
  /** kill -9, or a new start. */
  orchestrator: ({ orchestrator }, _chat, { running }) => (running ? orchestrator.start() : orchestrator.kill()),
  /** The backend answers, or refuses connections. */
  backend: ({ backend }, _chat, { running }) => (running ? backend.up() : backend.down()),
};

/** The action of this name, if there is one. */
export function actionNamed(name: string): Action | undefined {
  return Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
}
