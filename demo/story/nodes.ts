import type { Stage } from '../stage.ts';
import { sendAndReceive } from './messages.ts';
import type { StoryState } from './step.ts';

/** Each node is killed once, so the owner of the session too. Whoever it is, the next message arrives. */
export async function killEachNode(stage: Stage, state: StoryState): Promise<void> {
  for (const { name } of stage.orchestrator.each) {
    await stage.orchestrator.named(name).kill();
    await sendAndReceive(stage, state, `¿Y sin ${name}?`, 'perhaps');
    await stage.orchestrator.named(name).start();
  }
}
