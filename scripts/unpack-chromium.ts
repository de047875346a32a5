import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Unpacks the Chromium that came with `npm ci` (@sparticuz/chromium) into the folder that is named: the program, its
 * libraries and a font, so that it runs on any Linux, also where nothing of a browser is installed.
 */
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Name the folder to unpack into.');
mkdirSync(folder, { recursive: true });

// The package unpacks into the temporary folder, and its libraries only where it believes to be on Amazon's Linux.
process.env.TMPDIR = folder;
process.env.AWS_EXECUTION_ENV = 'AWS_Lambda_nodejs24.x';
const { default: chromium } = await import('@sparticuz/chromium');
chromium.setGraphicsMode = false;
await chromium.executablePath();

/** The machine's own fonts, and the one that came along. */
const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">fonts/fonts</dir>
  <alias binding="strong"><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
  <alias binding="strong"><family>system-ui</family><prefer><family>Open Sans</family></prefer></alias>
</fontconfig>
`;
writeFileSync(join(folder, 'fonts.conf'), FONTS);
