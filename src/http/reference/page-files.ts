import { readdirSync, readFileSync } from 'node:fs';
import { Router } from 'express';
import { AppError } from '../../domain/errors.ts';
import { contextOf } from '../request-context.ts';
import { type FixedContent, fixedContent, sendFixed } from '../responses/fixed-content.ts';

const FOLDER = new URL('page/', import.meta.url);
const PATH = '/docs/:name';

/** Read when the process first serves them. */
let pageFiles: ReadonlyMap<string, FixedContent> | undefined;

/** Serves the scripts of the reference page. They hold no secret and need no key; a requested name is never a path on the disk. */
export function referenceFiles(): Router {
  const files = (pageFiles ??= readFiles());
  const router = Router({ strict: true });
  router.get(PATH, (req, res) => {
    contextOf(res).route = PATH;
    const file = files.get(req.params.name);
    if (!file) throw new AppError('not_found');
    sendFixed(res, file);
  });
  return router;
}

function readFiles(): ReadonlyMap<string, FixedContent> {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.js'));
  return new Map(
    names.map((name) => [name, fixedContent(readFileSync(new URL(name, FOLDER)), 'text/javascript; charset=utf-8')]),
  );
}
