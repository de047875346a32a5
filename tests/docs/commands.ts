import { globSync, readFileSync } from 'node:fs';

const ROOT = new URL('../../', import.meta.url);

/** The pages with commands that readers copy. */
const PAGES = ['*.md', 'docs/*.md', 'examples/*/*.md', 'simulator/*.md'];

/** A command of a page, with the output that the page shows. */
export interface Command {
  text: string;
  /** The field names of the JSON object in the comment after it. */
  answer: string[] | undefined;
}

/** A block of commands, which share variables. */
export interface Block {
  /** The pages that contain it. */
  pages: string[];
  commands: Command[];
}

/** Returns the blocks of all pages. Blocks that differ only in comments are merged. */
export function documentedBlocks(): Block[] {
  const blocks = globSync(PAGES, { cwd: ROOT.pathname, exclude: ['node_modules'] })
    .sort()
    .flatMap((page) => blocksOf(page));
  const alike = Map.groupBy(blocks, ({ commands }) => commands.map(({ text }) => text).join('\n'));
  return [...alike.values()].map(([first, ...rest]) => ({
    pages: [first!, ...rest].flatMap(({ pages }) => pages),
    commands: first!.commands,
  }));
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(new URL(page, ROOT), 'utf8');
  // Blocks in lists are indented.
  return [...text.matchAll(/^ *```(?:bash|sh)\n(.*?)^ *```/gms)].map(([, script]) => ({
    pages: [page],
    commands: commandsOf(script!.replaceAll(/ *\\\n */g, ' ')),
  }));
}

function commandsOf(script: string): Command[] {
  const commands: Command[] = [];
  for (const line of script.split('\n')) {
    const [, answer] = /^# (\{.+\})$/.exec(line.trim()) ?? [];
    const last = commands.at(-1);
    if (answer !== undefined && last) last.answer = Object.keys(JSON.parse(answer) as object);
    const text = line.replace(/(^|\s)# .*$/, '').trim();
    if (text !== '') commands.push({ text, answer: undefined });
  }
  return commands;
}
