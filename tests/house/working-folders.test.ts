import { readFileSync } from 'node:fs';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe.each(['auth_sessions', 'downloads'])('%s', (folder) => {
  it('is in a fresh clone, and git ignores everything that is put into it', () => {
    expect(read(`${folder}/.gitignore`)).toBe('*\n!.gitignore\n');
    expect(read('.gitignore')).not.toContain(folder);
  });

  it('stays out of the Docker image', () => {
    const [first, ...rest] = read('.dockerignore')
      .split('\n')
      .filter((rule) => rule !== '' && !rule.startsWith('#'));

    expect(first).toBe('*');
    expect(rest).not.toContain(`!${folder}`);
  });
});
