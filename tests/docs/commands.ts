import { globSync, readFileSync } from 'node:fs';

const ROOT = new URL('../../', import.meta.url);

/** Everything that a person may copy commands from. */
const PAGES = ['*.md', 'docs/*.md', 'examples/*/*.md'];

/** One command of a page, with what the page shows as its output. */
export interface Command {
  text: string;
  /** The names in the JSON object that follows it in a comment. */
  answer: string[] | undefined;
}

/** A block of commands, which share their variables. */
export interface Block {
  /** The pages that have it. */
  pages: string[];
  commands: Command[];
}

/** The blocks of commands in all pages; those that differ only in comments are one. */
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
  return [...text.matchAll(/^```(?:bash|sh)\n(.*?)^```/gms)].map(([, script]) => ({
    pages: [page],
    commands: commandsOf(script!.replaceAll('\\\n', ' ')),
  }));
}

function commandsOf(script: string): Command[] {
  const commands: Command[] = [];
  for (const line of script.split('\n')) {
    const [, answer] = /^# (\{.+\})$/.exec(line) ?? [];
    const last = commands.at(-1);
    if (answer !== undefined && last) last.answer = Object.keys(JSON.parse(answer) as object);
    const text = line.replace(/(^|\s)# .*$/, '').trim();
    if (text !== '') commands.push({ text, answer: undefined });
  }
  return commands;
}
