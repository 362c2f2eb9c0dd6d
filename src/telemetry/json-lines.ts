/** Ours: scans that came to nothing; a text of opening brackets alone must not be read once for each of them. */
const VAIN_SCANS = 16;

/** The line on which a JSON value ends that begins on the line `first` and is written over several; undefined: none begins there. */
export type LastLine = (lines: readonly string[], first: number) => number | undefined;

export function multiLine(): LastLine {
  let vain = 0;
  return (lines, first) => {
    if (vain >= VAIN_SCANS || !opens(lines[first] ?? '')) return undefined;
    const last = closing(lines, first);
    if (last === undefined) vain += 1;
    return last;
  };
}

/** Such a value begins with a bracket at the margin, and something is left open at the end of the line. */
const opens = (line: string): boolean => /^[[{]/.test(line) && /[[{,]$/.test(line.trimEnd().slice(-1));

/** The line on which as many brackets are closed as were opened. */
function closing(lines: readonly string[], first: number): number | undefined {
  let open = 0;
  for (let n = first; n < lines.length; n++) {
    open += opened(lines[n] ?? '');
    if (open <= 0) return n === first ? undefined : n;
  }
  return undefined;
}

/** Brackets opened less those closed, those in strings not counted. */
function opened(line: string): number {
  const brackets = Array.from(line.matchAll(/"(?:[^"\\]|\\.)*"?|[[\]{}]/g), ([token]) => token);
  return brackets.filter((token) => /^[[{]/.test(token)).length - brackets.filter((token) => /^[\]}]/.test(token)).length;
}
