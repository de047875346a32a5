/** The side of a thumbnail, in pixels: as WhatsApp's own are shown. */
const SIDE = 192;
/** More pixels than this are not decoded, whatever the size of the file. */
const MAX_PIXELS = 40_000_000;

/** A small JPEG of a picture. Rejects what is none, or has absurdly many pixels. */
export async function thumbnailOf(picture: Uint8Array): Promise<Uint8Array> {
  const sharp = await loadSharp();
  return sharp(picture, { limitInputPixels: MAX_PIXELS })
    .rotate()
    .resize(SIDE, SIDE, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .jpeg({ quality: 70 })
    .timeout({ seconds: 5 })
    .toBuffer();
}

/** The side of a sticker, in pixels: WhatsApp shows no other. */
const STICKER_SIDE = 512;

/** A picture as a sticker: WebP, 512 pixels on both sides, transparent where the picture is not. */
export async function stickerOf(path: string): Promise<Buffer> {
  const sharp = await loadSharp();
  return sharp(path, { limitInputPixels: MAX_PIXELS })
    .rotate()
    .resize(STICKER_SIDE, STICKER_SIDE, { fit: 'contain', background: { r: 0, g: 0, b: 0, alpha: 0 } })
    .webp({ quality: 80 })
    .timeout({ seconds: 10 })
    .toBuffer();
}

/** Compiled code, which takes a tenth of a second to load: most servers never need it. */
async function loadSharp() {
  return (await import('sharp')).default;
}
