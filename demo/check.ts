import { styleText } from 'node:util';

import { say } from './say.ts';
import { type Stage } from './stage.ts';
import { type Plot } from './story/plot.ts';
import { STORY } from './story/story.ts';

const TAIL_LINES = 30;

/** Plays the story step by step and prints how each came out; answers whether all are right. Ends at the first that is not. */
export async function check(stage: Stage): Promise<boolean> {
  const plot: Plot = { sessionId: '', qrText: '', messageId: '' };
  const beganMs = performance.now();
  for (const [title, act] of STORY) {
    try {
      await act(stage, plot);
      say(`${styleText('green', '✓')} ${title}`);
    } catch (error) {
      say(`${styleText('red', '✗')} ${title}`);
      explain(error, stage);
      return false;
    }
  }
  say(`\nAll ${STORY.length} steps are right, in ${((performance.now() - beganMs) / 1000).toFixed(1)} s.`);
  return true;
}

function explain(error: unknown, { orchestrator }: Stage): void {
  say(`  ${error instanceof Error ? error.message : String(error)}`);
  say(`\nThe last lines of the orchestrator's log:\n${orchestrator.tail(TAIL_LINES)}`);
}
