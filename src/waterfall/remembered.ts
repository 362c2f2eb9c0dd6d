/**
 * Works the same thing out once: the picture, its alternative text and its twin in characters ask alike of ten thousand spans. Nothing is
 * kept of what nobody holds any more.
 */
export function remembered<Key extends object, Answer>(work: (key: Key) => Answer): (key: Key) => Answer {
  const answers = new WeakMap<Key, { readonly answer: Answer }>();
  return (key) => {
    const known = answers.get(key);
    if (known) return known.answer;
    const answer = work(key);
    answers.set(key, { answer });
    return answer;
  };
}
