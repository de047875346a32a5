import { ask } from '../api.js';
import { $, make, showList } from '../dom.js';
import { errorText, receiverText, text } from '../words/text.js';

/** Wires the button that sends a test notification. */
export function wireNotifications() {
  const button = $('notify-test');
  button.addEventListener('click', async () => {
    if (button.ariaBusy === 'true') return;
    button.ariaBusy = 'true';
    forgetOutcomes();
    try {
      const { data } = await ask('POST', '/notifications/test');
      say(data.length === 0 ? [[text('notifyNone'), 'wait']] : data.map(outcomeOf));
    } catch (error) {
      say([[errorText(error), 'bad']]);
    }
    button.ariaBusy = null;
  });
}

/** Clears how the last test ended. */
export function forgetOutcomes() {
  say([]);
}

function say(lines) {
  showList($('notify-outcomes'), lines, ([words]) => words, row);
}

function row([words, mood]) {
  return { element: make('p', { className: 'result', data: { mood } }, words), update: () => {} };
}

function outcomeOf({ channel, accepted, status, error, durationMs }) {
  const refusal = status === null ? receiverText(error) : text('notifyRefused', status);
  const words = accepted ? text('notifyAccepted', durationMs) : refusal;
  return [`${text(`notify_${channel}`)}: ${words}`, accepted ? 'good' : 'bad'];
}
