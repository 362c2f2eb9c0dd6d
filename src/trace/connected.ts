/** Sets that grow together (union-find); `find` names a set by one of its members. */
export type Sets<T> = { readonly find: (member: T) => T; readonly join: (a: T, b: T) => void };

export function disjointSets<T>(): Sets<T> {
  const above = new Map<T, T>();
  const find = (member: T): T => {
    let top = member;
    for (let next = above.get(top); next !== undefined; next = above.get(top)) top = next;
    shorten(above, member, top);
    return top;
  };
  const join = (a: T, b: T): void => {
    const [top, other] = [find(a), find(b)];
    if (top !== other) above.set(other, top);
  };
  return { find, join };
}

function shorten<T>(above: Map<T, T>, member: T, top: T): void {
  for (let at = member; at !== top; ) {
    const next = above.get(at);
    above.set(at, top);
    at = next ?? top;
  }
}
