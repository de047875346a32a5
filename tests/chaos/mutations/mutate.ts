import type { Stanza } from '../../../simulator/kit/stanza.ts';
import type { Dice } from '../dice.ts';

/** Changes one node in one way; answers `undefined` when the node is not suited. */
type Mutation = (node: Stanza, dice: Dice) => Stanza | undefined;

const HUGE_BYTES = 64 * 1024;
const LONG_ID = 10 * 1024;
/** A frame can have 16 MiB. */
const MAX_SIZE = 1_000_000;
const DEEP = 500;
const MANY = 300;

const JIDS = [
  ...['', '@', 'x', '@lid', '1@', '1@lid', '1:99@hosted.lid', '1@hosted', '0@s.whatsapp.net', '1@bot', '1@newsletter'],
  ...[
    '1-2@g.us',
    'status@broadcast',
    '1@broadcast',
    '1@call',
    '1@msgr',
    '7-1@interop',
    '1@c.us',
    '1:255@lid',
    '1:0@lid',
  ],
  ...['1:x@lid', '1.2:3@lid', '__proto__@s.whatsapp.net', 'a@b@c', '@g.us', 'lid', '5490000000000@s.whatsapp.net'],
];
const NUMBERS = [
  '-1',
  '0',
  '1e308',
  'NaN',
  'Infinity',
  '99999999999999999999',
  '0x10',
  '1.5',
  '-0',
  ' 7 ',
  '9007199254740993',
];
const WORDS = [
  ...[
    '',
    ' ',
    '\0',
    'a\0b',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'undefined',
    'null',
    'true',
    '[object Object]',
  ],
  ...[
    '\ufffd',
    '\u202e',
    '\r\n',
    ',',
    ':',
    '../..',
    '%00',
    '{}',
    '[]',
    '"',
    "'; --",
    '💥',
    'retry',
    'set',
    'get',
    'result',
    'error',
  ],
];
const TAGS = [
  ...[
    'message',
    'receipt',
    'notification',
    'call',
    'ack',
    'iq',
    'ib',
    'presence',
    'chatstate',
    'enc',
    'item',
    'list',
    'offer',
  ],
  ...['unavailable', 'device-identity', 'participant', 'group', 'create', 'retry', 'keys', 'error', '__proto__', 'x'],
];
const NAMES = [
  'id',
  'from',
  'participant',
  'recipient',
  't',
  'type',
  'offline',
  'category',
  'count',
  'edit',
  '__proto__',
  'x',
];

/** A value for an attribute, of any sort. */
function value(dice: Dice): string {
  const made = [
    () => dice.pick(JIDS),
    () => dice.pick(NUMBERS),
    () => dice.pick(WORDS),
    () => `${dice.pick(WORDS)}${dice.pick(JIDS)}`,
    () => 'X'.repeat(LONG_ID),
    () => String.fromCharCode(...Array.from({ length: 8 }, () => Math.floor(dice.below(32)))),
  ];
  return dice.pick(made)();
}

const dropAttribute: Mutation = ({ attrs, ...rest }, dice) => {
  const name = pickName(attrs, dice);
  if (name === undefined) return undefined;
  return { ...rest, attrs: Object.fromEntries(Object.entries(attrs).filter(([other]) => other !== name)) };
};

const renameAttribute: Mutation = ({ attrs, ...rest }, dice) => {
  const name = pickName(attrs, dice);
  if (name === undefined) return undefined;
  const renamed = Object.entries(attrs).map(([each, text]) => [each === name ? dice.pick(NAMES) : each, text]);
  return { ...rest, attrs: fromEntries(renamed as [string, string][]) };
};

const changeAttribute: Mutation = ({ attrs, ...rest }, dice) => {
  const name = pickName(attrs, dice);
  return name === undefined ? undefined : { ...rest, attrs: { ...attrs, [name]: value(dice) } };
};

const addAttribute: Mutation = ({ attrs, ...rest }, dice) => ({
  ...rest,
  attrs: fromEntries([...Object.entries(attrs), [dice.pick(NAMES), value(dice)]]),
});

const swapAttributes: Mutation = ({ attrs, ...rest }, dice) => {
  const [one, other] = [pickName(attrs, dice), pickName(attrs, dice)];
  if (one === undefined || other === undefined || one === other) return undefined;
  return { ...rest, attrs: { ...attrs, [one]: attrs[other] ?? '', [other]: attrs[one] ?? '' } };
};

const renameTag: Mutation = (node, dice) => ({ ...node, tag: dice.pick(TAGS) });

const dropChild: Mutation = (node, dice) =>
  withChildren(node, (children) => {
    const dropped = Math.floor(dice.below(children.length));
    return children.filter((_, index) => index !== dropped);
  });

const repeatChild: Mutation = (node, dice) => withChildren(node, (children) => [...children, dice.pick(children)]);

const repeatManyTimes: Mutation = (node, dice) =>
  withChildren(node, (children) => Array.from({ length: MANY }, () => dice.pick(children)));

const swapChildren: Mutation = (node) => withChildren(node, (children) => children.toReversed());

const nestDeeply: Mutation = (node) => {
  let inner: Stanza = node;
  for (let depth = 0; depth < DEEP; depth += 1) inner = { tag: node.tag, attrs: {}, content: [inner] };
  return { ...node, content: [inner] };
};

const wrapInItself: Mutation = (node) => ({ ...node, content: [node] });

const replaceContent: Mutation = (node, dice) => {
  const bytes = (length: number) => Buffer.from(Array.from({ length }, () => Math.floor(dice.below(256))));
  const contents: (() => Stanza['content'])[] = [
    () => undefined,
    () => [],
    () => Buffer.alloc(0),
    () => bytes(7),
    () => Buffer.alloc(HUGE_BYTES, Math.floor(dice.below(256))),
    () => Buffer.from(value(dice)),
    () => [{ tag: dice.pick(TAGS), attrs: fromEntries([[dice.pick(NAMES), value(dice)]]) }],
  ];
  const content = dice.pick(contents)();
  return content === undefined ? { tag: node.tag, attrs: node.attrs } : { ...node, content };
};

const damageBytes: Mutation = ({ content, ...rest }, dice) => {
  if (!(content instanceof Uint8Array) || content.length === 0) return undefined;
  const damaged = Buffer.from(content);
  const at = Math.floor(dice.below(damaged.length));
  damaged.writeUInt8(Math.floor(dice.below(256)), at);
  return { ...rest, content: dice.happens(0.3) ? damaged.subarray(0, at) : damaged };
};

const MUTATIONS: readonly Mutation[] = [
  ...[dropAttribute, renameAttribute, changeAttribute, changeAttribute, addAttribute, swapAttributes, renameTag],
  ...[dropChild, repeatChild, repeatManyTimes, swapChildren, nestDeeply, wrapInItself, replaceContent, damageBytes],
];

/** Roughly how many bytes a stanza has. */
function sizeOf({ attrs, content }: Stanza): number {
  const own = Object.entries(attrs).reduce((sum, [name, text]) => sum + name.length + text.length, 8);
  if (!Array.isArray(content)) return own + (content?.length ?? 0);
  return content.reduce((sum, child) => sum + sizeOf(child), own);
}

/** One to three random changes, anywhere in the stanza. The same dice give the same changes. */
export function mutated(stanza: Stanza, dice: Dice): Stanza {
  const times = 1 + Math.floor(dice.below(3));
  let changed = stanza;
  for (let done = 0; done < times; done += 1) {
    const next = somewhereIn(changed, dice);
    if (sizeOf(next) <= MAX_SIZE) changed = next;
  }
  return changed;
}

function somewhereIn(node: Stanza, dice: Dice): Stanza {
  const children = Array.isArray(node.content) ? node.content : [];
  if (children.length > 0 && dice.happens(0.5)) {
    const at = Math.floor(dice.below(children.length));
    return { ...node, content: children.map((child, index) => (index === at ? somewhereIn(child, dice) : child)) };
  }
  return dice.pick(MUTATIONS)(node, dice) ?? changeOrSame(node, dice);
}

function changeOrSame(node: Stanza, dice: Dice): Stanza {
  return replaceContent(node, dice) ?? node;
}

function pickName(attrs: Stanza['attrs'], dice: Dice): string | undefined {
  const names = Object.keys(attrs);
  return names.length === 0 ? undefined : dice.pick(names);
}

function withChildren({ content, ...rest }: Stanza, change: (children: Stanza[]) => Stanza[]): Stanza | undefined {
  if (!Array.isArray(content) || content.length === 0) return undefined;
  return { ...rest, content: change(content) };
}

/** `__proto__` is a name like any other here, and becomes an own property. */
function fromEntries(entries: readonly (readonly [string, string | undefined])[]): Record<string, string> {
  return Object.fromEntries(entries.map(([name, text]) => [name, text ?? '']));
}
