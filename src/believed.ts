/** What was learned is believed for that long, by all who ask; that nothing could be learned is not. */
export function believed<T>(forMs: number, ask: () => Promise<T>): () => Promise<T> {
  let told: Promise<T> | undefined;
  let askedAt = -Infinity;
  return () => {
    if (told && performance.now() - askedAt < forMs) return told;
    const asked = ask();
    told = asked;
    askedAt = performance.now();
    asked.catch(() => {
      if (told === asked) told = undefined;
    });
    return asked;
  };
}
