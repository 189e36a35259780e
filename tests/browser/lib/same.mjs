// What must be so.

/** Fails unless both are the same, however deep. */
export function same(found, expected, what) {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${what}: ${left}, expected ${right}`);
}

/** Fails unless this holds. */
export function holds(condition, what) {
  if (!condition) throw new Error(what);
}
