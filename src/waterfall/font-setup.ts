import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FONT_FOLDER } from './font-metrics.ts';

let folder: string | undefined;

/**
 * Makes this process draw text with our fonts and with no other, so that every machine draws the same picture.
 *
 * Fontconfig reads the environment when the first text is rendered, and only the main thread's; called later, or in a worker
 * with an environment of its own, it has no effect. `fontFault` of render.ts finds that out.
 */
export function useOwnFonts(): void {
  if (folder !== undefined) return;
  // A folder of our own: a guessable name in a shared /tmp could be somebody else's already.
  const own = mkdtempSync(join(tmpdir(), 'tracefall-fonts-'));
  const config = join(own, 'fonts.conf');
  writeFileSync(config, fontsConf(fileURLToPath(FONT_FOLDER), own));
  // biome-ignore lint/style/noProcessEnv: fontconfig takes the place of its file from the environment only
  process.env['FONTCONFIG_FILE'] = config;
  process.once('exit', () => rmSync(own, { recursive: true, force: true }));
  folder = own;
}

/** No system fonts are included. The cache is named because fontconfig complains on stderr where it finds none writable. */
const fontsConf = (fonts: string, cache: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>${escaped(fonts)}</dir>
  <cachedir>${escaped(cache)}</cachedir>
  <alias binding="strong">
    <family>sans-serif</family>
    <prefer><family>Noto Sans</family><family>Noto Sans JP</family></prefer>
  </alias>
</fontconfig>
`;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
