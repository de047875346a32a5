import { type DeliveryStatus, isProgress } from '../../../src/domain/message.ts';

it.each<[DeliveryStatus, DeliveryStatus, boolean]>([
  ['pending', 'sent', true],
  ['pending', 'failed', true],
  ['sent', 'delivered', true],
  ['sent', 'read', true],
  ['sent', 'failed', true],
  ['delivered', 'read', true],
  ['read', 'played', true],
  ['sent', 'sent', false],
  ['read', 'delivered', false],
  ['delivered', 'sent', false],
  ['delivered', 'failed', false],
  ['failed', 'sent', false],
  ['failed', 'delivered', false],
])('from %s to %s is progress: %s', (known, next, progress) => {
  expect(isProgress(known, next)).toBe(progress);
});
