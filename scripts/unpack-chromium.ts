import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Unpacks the Chromium of the package @sparticuz/chromium into the given folder: the program, its libraries and a font, so that it
 * runs on any Linux without an installed browser.
 */
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Usage: node scripts/unpack-chromium.ts <folder>');
mkdirSync(folder, { recursive: true });

// The package unpacks into the temporary folder, and its libraries only when it detects AWS Lambda.
process.env.TMPDIR = folder;
process.env.AWS_EXECUTION_ENV = 'AWS_Lambda_nodejs24.x';
const { default: chromium } = await import('@sparticuz/chromium');
chromium.setGraphicsMode = false;
await chromium.executablePath();

/** Adds the font of the package to the fonts of the machine. */
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
