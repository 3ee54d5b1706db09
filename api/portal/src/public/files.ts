// Files that a visitor chooses or drops.

/** Longest file that is read: larger ones are none of ours. */
const MOST = 8 * 1024 * 1024;

/** The text of a file; null for one that is too large to be one of ours. */
export async function textOf(file: File): Promise<string | null> {
  return file.size > MOST ? null : file.text();
}
