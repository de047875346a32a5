import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startBrowser } from '../tests/harness/browser.ts';

/**
 * Generates the files of the demo in the given folder: two pictures, rendered by Chromium, and two hummed voice notes as WAV, for
 * an Opus encoder to convert (demo/media/README.md).
 */
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Usage: node scripts/demo-media.ts <folder>');
const pathOf = (name: string): string => join(folder, name);

const RATE = 48_000;
const PEAK_AMPLITUDE = 0.6;

/** One hummed syllable. */
interface Syllable {
  /** In seconds. */
  readonly start: number;
  /** In seconds. */
  readonly duration: number;
  /** In Hz; the pitch glides from start to end. */
  readonly pitch: readonly [start: number, end: number];
  /** In Hz; formants distinguish one vowel from another. */
  readonly formants: readonly number[];
}

const OO = [330, 800, 2400];
const AH = [750, 1250, 2600];
const MM = [260, 1100, 2300];

/** A question: the pitch of the last syllable rises. */
const QUESTION: readonly Syllable[] = [
  { start: 0.15, duration: 0.34, pitch: [233, 226], formants: MM },
  { start: 0.55, duration: 0.28, pitch: [262, 254], formants: AH },
  { start: 0.89, duration: 0.28, pitch: [233, 228], formants: OO },
  { start: 1.25, duration: 0.3, pitch: [247, 240], formants: AH },
  { start: 1.63, duration: 0.6, pitch: [225, 372], formants: MM },
];

/** An answer: the pitch falls at the end. */
const ANSWER: readonly Syllable[] = [
  { start: 0.15, duration: 0.24, pitch: [150, 165], formants: MM },
  { start: 0.45, duration: 0.36, pitch: [178, 140], formants: AH },
  { start: 0.98, duration: 0.26, pitch: [147, 143], formants: OO },
  { start: 1.3, duration: 0.26, pitch: [165, 160], formants: AH },
  { start: 1.62, duration: 0.26, pitch: [147, 140], formants: OO },
  { start: 1.95, duration: 0.62, pitch: [131, 98], formants: AH },
];

const CUP = `
  <rect width="480" height="360" fill="#f2c48d"/>
  <rect y="236" width="480" height="124" fill="#a9683f"/>
  <path d="M0 268h480M0 308h480M0 344h480" stroke="#94572f" stroke-width="3"/>
  <ellipse cx="236" cy="300" rx="142" ry="26" fill="#7b4526"/>
  <ellipse cx="236" cy="290" rx="140" ry="26" fill="#fbf6ee"/>
  <ellipse cx="236" cy="286" rx="92" ry="13" fill="#e4d8c6"/>
  <path d="M322 176c66-16 74 66-8 68" fill="none" stroke="#fbf6ee" stroke-width="18"/>
  <path d="M142 158h188c0 70-26 122-94 124-68-2-94-54-94-124z" fill="#fbf6ee"/>
  <path d="M300 158h30c0 70-26 122-94 124 48-18 66-70 64-124z" fill="#e4d8c6"/>
  <ellipse cx="236" cy="158" rx="94" ry="22" fill="#e4d8c6"/>
  <ellipse cx="236" cy="160" rx="82" ry="17" fill="#4a2413"/>
  <path d="M236 174c-30-4-42-12-30-20 9-6 25-3 30 4 5-7 21-10 30-4 12 8 0 16-30 20z" fill="#d99a5b"/>
  <path d="M196 122c-18-22 18-34 0-60M240 116c-18-24 18-38 0-68M284 122c-18-22 18-34 0-60"
    fill="none" stroke="#fff7ea" stroke-width="8" stroke-linecap="round" opacity=".8"/>`;

const BAG = `
  <rect width="480" height="360" fill="#bfe0d2"/>
  <rect y="270" width="480" height="90" fill="#6fa48e"/>
  <ellipse cx="240" cy="322" rx="150" ry="18" fill="#558873"/>
  <path d="M150 92h180l16 226H134z" fill="#8a5a36"/>
  <path d="M286 92h44l16 226h-46z" fill="#754a2b"/>
  <path d="M146 56h188v40H146z" fill="#9c6a43"/>
  <path d="M146 74h188" stroke="#754a2b" stroke-width="4"/>
  <rect x="164" y="140" width="134" height="128" rx="10" fill="#fbf6ee"/>
  <circle cx="231" cy="186" r="24" fill="#f0a63a"/>
  <path d="M231 154v-6M231 224v-6M199 186h-6M269 186h-6M208 163l-5-5M254 209l5 5M254 163l5-5M208 209l-5 5"
    stroke="#f0a63a" stroke-width="6" stroke-linecap="round"/>
  <text x="231" y="257" text-anchor="middle" font-family="sans-serif" font-weight="700" font-size="20" fill="#4a2413">Café Sol</text>
  <g fill="#4a2413"><ellipse cx="78" cy="312" rx="24" ry="15" transform="rotate(-22 78 312)"/>
  <ellipse cx="402" cy="300" rx="24" ry="15" transform="rotate(18 402 300)"/>
  <ellipse cx="436" cy="328" rx="24" ry="15" transform="rotate(-30 436 328)"/></g>
  <g fill="none" stroke="#a06a42" stroke-width="3"><path d="M58 320c14-14 26-2 40-16M381 293c16-4 22 14 42 13M418 340c8-18 24-8 36-22"/></g>`;

await mkdir(folder, { recursive: true });
await drawPictures();
await writeFile(pathOf('question.wav'), wav(hum(QUESTION, 2.5)));
await writeFile(pathOf('answer.wav'), wav(hum(ANSWER, 2.8)));

async function drawPictures(): Promise<void> {
  const browser = await startBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 480, height: 360 } });
    const draw = (svg: string): Promise<void> =>
      page.setContent(`<style>body{margin:0}svg{display:block}</style><svg viewBox="0 0 480 360">${svg}</svg>`);
    await draw(CUP);
    await page.screenshot({ path: pathOf('cup.jpg'), type: 'jpeg', quality: 72 });
    await draw(BAG);
    await page.screenshot({ path: pathOf('bag.png') });
  } finally {
    await browser.close();
  }
}

function hum(syllables: readonly Syllable[], seconds: number): Float64Array {
  const samples = new Float64Array(Math.round(seconds * RATE));
  for (const syllable of syllables) addSyllable(syllable, samples);
  const peak = samples.reduce((max, sample) => Math.max(max, Math.abs(sample)), 0);
  return samples.map((sample) => (sample / peak) * PEAK_AMPLITUDE);
}

/** Adds the harmonics of a voice, each filtered by the formants of the vowel. */
function addSyllable({ start, duration, pitch: [first, last], formants }: Syllable, samples: Float64Array): void {
  let phase = 0;
  for (let index = 0; index < duration * RATE; index += 1) {
    const progress = index / (duration * RATE);
    const pitch = first + (last - first) * progress + 2.5 * Math.sin((2 * Math.PI * 5.5 * index) / RATE);
    phase += (2 * Math.PI * pitch) / RATE;
    const envelope = Math.min(1, progress * 8, (1 - progress) * 5);
    let sound = 0;
    for (let n = 1; n * pitch < 4000; n += 1) sound += Math.sin(n * phase) * loudness(n * pitch, formants);
    const position = Math.round(start * RATE) + index;
    samples[position] = (samples[position] ?? 0) + sound * envelope;
  }
}

function loudness(frequency: number, formants: readonly number[]): number {
  const peaks = formants.map((formant, at) => 0.5 ** at / (1 + ((frequency - formant) / (90 + 40 * at)) ** 2));
  return (0.03 + peaks.reduce((sum, peak) => sum + peak, 0)) * (120 / frequency) ** 0.5;
}

/** Encodes samples as 16-bit mono WAV. */
function wav(samples: Float64Array): Buffer {
  const file = Buffer.alloc(44 + samples.length * 2);
  file.write('RIFF', 0);
  file.writeUInt32LE(36 + samples.length * 2, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36);
  file.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((sample, at) => file.writeInt16LE(Math.round(sample * 32_767), 44 + at * 2));
  return file;
}
