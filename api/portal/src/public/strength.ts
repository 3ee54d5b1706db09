// How good a passphrase is: a hint, no rule. Only its length is a rule.

/** Fewest characters of a passphrase. */
export const LEAST = 10;

const KINDS: readonly [RegExp, number][] = [
  [/[a-z]/, 26],
  [/[A-Z]/, 26],
  [/[0-9]/, 10],
  [/[\x20-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]/, 33],
  [/[^\x20-\x7e]/, 1000],
];

/** Too short (0), weak (1), fair (2), strong (3). What repeats counts once. */
export function strength(text: string): 0 | 1 | 2 | 3 {
  const characters = [...text];
  if (characters.length < LEAST) return 0;
  const pool = KINDS.reduce((sum, [kind, size]) => (kind.test(text) ? sum + size : sum), 0);
  // A run (`abc`, `123`, `aaa`) says little more than its beginning.
  const counted = characters.filter((character, at) => {
    const step = character.codePointAt(0)! - (characters[at - 1]?.codePointAt(0) ?? -9);
    return Math.abs(step) > 1;
  });
  const effective = Math.min(counted.length, new Set(counted).size * 1.5);
  const bits = effective * Math.log2(Math.max(pool, 2));
  return bits < 45 ? 1 : bits < 70 ? 2 : 3;
}
