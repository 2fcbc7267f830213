// Makes a failing text as short as it can by leaving out parts of it, and writes it as a JavaScript string.

/** The shortest text found for which `fails` still holds. */
export async function shrink(
  text: string,
  fails: (text: string) => boolean | Promise<boolean>,
): Promise<string> {
  let shortest = text
  for (
    let length = Math.ceil(text.length / 2);
    length > 0;
    length = length === 1 ? 0 : Math.ceil(length / 2)
  ) {
    let at = 0
    while (at < shortest.length) {
      const shorter = shortest.slice(0, at) + shortest.slice(at + length)
      if (await fails(shorter)) shortest = shorter
      else at += length
    }
  }
  return shortest
}

/** As a string literal that can be pasted into a test. */
export function literal(text: string): string {
  const escaped = JSON.stringify(text).replaceAll(
    /[\x7f-\xff]/g,
    char => `\\x${char.charCodeAt(0).toString(16)}`,
  )
  return escaped.replaceAll(/\\u00([0-9a-f]{2})/g, '\\x$1')
}
