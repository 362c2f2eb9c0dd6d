/** Lines of at most so many columns, the first one begun with `first`, the others with `further`. Words are never broken: a line holds at least one. */
export function wrapped(text: string, { first, further, columns }: Wrapping): readonly string[] {
  const found: string[] = [];
  let line = first;
  let words = 0;
  for (const word of text.split(/\s+/)) {
    if (words > 0 && line.length + word.length > columns) {
      found.push(line.trimEnd());
      line = further;
      words = 0;
    }
    line += `${word} `;
    words += 1;
  }
  return [...found, line.trimEnd()];
}

type Wrapping = { readonly first: string; readonly further: string; readonly columns: number };
