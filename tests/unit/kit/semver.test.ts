import { isNewer, isVersion } from '../../../src/kit/semver.ts';

/** In the order of Semantic Versioning. */
const ORDER = [
  ...['0.9.10', '1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-beta', '1.0.0-beta.2', '1.0.0-beta.11'],
  ...['1.0.0-rc.1', '1.0.0', '1.0.1', '1.2.0', '1.10.0', '2.0.0', '10.0.0'],
];

it('orders versions as Semantic Versioning does', () => {
  for (const [at, one] of ORDER.entries()) {
    expect(ORDER.filter((other) => isNewer(one, other))).toEqual(ORDER.slice(0, at));
  }
  expect([isNewer('1.0.0+b', '1.0.0+a'), isNewer('1.0.0', '1.0.0')]).toEqual([false, false]);
});

it.each([
  ...['', '1', '1.2', 'v1.2.3', '1.2.3.4', '01.2.3', '1.2.3-', '1.2.3 ', '1.2.3\n', '9999999999.0.0', '<b>1.2.3</b>'],
  ...[`1.2.3-${'a'.repeat(60)}`, 123, null, undefined, ['1.2.3'], { toString: () => '9.9.9' }],
])('takes %j for no version, and for no newer one', (value) => {
  expect([isVersion(value), isNewer(value as string, '0.0.1'), isNewer('9.9.9', value as string)]).toEqual([
    ...[false, false, false],
  ]);
});
