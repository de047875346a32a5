import { styleText } from 'node:util';

import { print } from './print.ts';
import type { Stage } from './stage.ts';
import type { StoryState } from './story/step.ts';
import { storyOf } from './story/story.ts';

const TAIL_LINES = 30;

/** Plays the story and prints the outcome of each step. Stops at the first failure. Resolves with whether every step passed. */
export async function check(stage: Stage): Promise<boolean> {
  const state: StoryState = { sessionId: '', qrText: '', messageId: '' };
  const startMs = performance.now();
  const story = storyOf(stage);
  for (const [title, step] of story) {
    try {
      await step(stage, state);
      print(`${styleText('green', '✓')} ${title}`);
    } catch (error) {
      print(`${styleText('red', '✗')} ${title}`);
      explain(error, stage);
      return false;
    }
  }
  print(`\nAll ${story.length} steps passed in ${((performance.now() - startMs) / 1000).toFixed(1)} s.`);
  return true;
}

function explain(error: unknown, { orchestrator }: Stage): void {
  print(`  ${error instanceof Error ? error.message : String(error)}`);
  print(`\nThe end of the orchestrator's log:\n${orchestrator.tail(TAIL_LINES)}`);
}
