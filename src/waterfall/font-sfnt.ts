/** One TrueType face, as far as laying out text needs it. Lengths are in font units; `unitsPerEm` of them are the font size. */
export type Face = {
  readonly unitsPerEm: number;
  /** Glyph of a code point, 0 where the font has none. */
  readonly glyph: (codePoint: number) => number;
  readonly advance: (glyph: number) => number;
  /** The rectangle that the ink fills; empty glyphs have none. */
  readonly ink: (glyph: number) => Ink | undefined;
};

export type Ink = { readonly xMin: number; readonly yMin: number; readonly xMax: number; readonly yMax: number };

type Tables = (tag: string) => number;

/** Reads a plain SFNT file. https://learn.microsoft.com/en-us/typography/opentype/spec/otff */
export function parseFace(bytes: Buffer): Face {
  const table = tableOffsets(bytes);
  const metrics = bytes.readUInt16BE(table('hhea') + 34);
  const hmtx = table('hmtx');
  return {
    unitsPerEm: bytes.readUInt16BE(table('head') + 18),
    glyph: characterMap(bytes, table('cmap')),
    // Glyphs beyond the last long metric are as wide as that one.
    advance: (glyph) => bytes.readUInt16BE(hmtx + Math.min(glyph, metrics - 1) * 4),
    ink: inkReader(bytes, table),
  };
}

function tableOffsets(bytes: Buffer): Tables {
  const offsets = new Map<string, number>();
  for (let i = 0; i < bytes.readUInt16BE(4); i += 1) {
    const entry = 12 + i * 16;
    offsets.set(bytes.toString('latin1', entry, entry + 4), bytes.readUInt32BE(entry + 8));
  }
  return (tag) => {
    const offset = offsets.get(tag);
    if (offset === undefined) throw new Error(`the font has no ${tag} table`);
    return offset;
  };
}

/** Format 12 covers all of Unicode and wins over format 4, which covers the first plane. */
function characterMap(bytes: Buffer, cmap: number): (codePoint: number) => number {
  const subtables = Array.from({ length: bytes.readUInt16BE(cmap + 2) }, (_, i) => cmap + bytes.readUInt32BE(cmap + 8 + i * 8));
  const full = subtables.find((offset) => bytes.readUInt16BE(offset) === 12);
  if (full !== undefined) return (codePoint) => segmentedCoverage(bytes, full, codePoint);
  const basic = subtables.find((offset) => bytes.readUInt16BE(offset) === 4);
  if (basic !== undefined) return (codePoint) => segmentMapping(bytes, basic, codePoint);
  throw new Error('the font has no character map of format 4 or 12');
}

/** https://learn.microsoft.com/en-us/typography/opentype/spec/cmap#format-12-segmented-coverage */
function segmentedCoverage(bytes: Buffer, offset: number, codePoint: number): number {
  let low = 0;
  let high = bytes.readUInt32BE(offset + 12) - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const group = offset + 16 + middle * 12;
    const first = bytes.readUInt32BE(group);
    if (codePoint < first) high = middle - 1;
    else if (codePoint > bytes.readUInt32BE(group + 4)) low = middle + 1;
    else return bytes.readUInt32BE(group + 8) + codePoint - first;
  }
  return 0;
}

/** https://learn.microsoft.com/en-us/typography/opentype/spec/cmap#format-4-segment-mapping-to-delta-values */
function segmentMapping(bytes: Buffer, offset: number, codePoint: number): number {
  if (codePoint > 0xffff) return 0;
  const doubled = bytes.readUInt16BE(offset + 6);
  const ends = offset + 14;
  const starts = ends + doubled + 2;
  const at = firstSegmentEndingAt(bytes, ends, doubled / 2, codePoint);
  const start = bytes.readUInt16BE(starts + at);
  if (start > codePoint) return 0;
  const delta = bytes.readUInt16BE(starts + doubled + at);
  const rangeAt = starts + doubled * 2 + at;
  const range = bytes.readUInt16BE(rangeAt);
  if (range === 0) return (codePoint + delta) & 0xffff;
  const glyph = bytes.readUInt16BE(rangeAt + range + (codePoint - start) * 2);
  return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
}

/** Byte offset within the segment arrays of the first segment that ends at the code point or later; the last ends at 0xFFFF. */
function firstSegmentEndingAt(bytes: Buffer, ends: number, segments: number, codePoint: number): number {
  let low = 0;
  let high = segments - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bytes.readUInt16BE(ends + middle * 2) < codePoint) low = middle + 1;
    else high = middle;
  }
  return low * 2;
}

/** https://learn.microsoft.com/en-us/typography/opentype/spec/glyf: every outline begins with its bounds. */
function inkReader(bytes: Buffer, table: Tables): (glyph: number) => Ink | undefined {
  const loca = table('loca');
  const glyf = table('glyf');
  const long = bytes.readInt16BE(table('head') + 50) === 1;
  const location = (glyph: number): number =>
    long ? bytes.readUInt32BE(loca + glyph * 4) : bytes.readUInt16BE(loca + glyph * 2) * 2;
  return (glyph) => {
    const at = glyf + location(glyph);
    if (location(glyph + 1) === location(glyph)) return undefined;
    const [xMin, yMin, xMax, yMax] = [2, 4, 6, 8].map((field) => bytes.readInt16BE(at + field));
    if (xMin === undefined || yMin === undefined || xMax === undefined || yMax === undefined) return undefined;
    return { xMin, yMin, xMax, yMax };
  };
}
