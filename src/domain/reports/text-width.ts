/** The width of a text, in ems of our pages' font, without the font. It is near enough to size a column. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += advanceOf(character);
  return width;
}

function advanceOf(character: string): number {
  if (WIDE.test(character)) return 1;
  if (/[mwMW@%&]/.test(character)) return 0.95;
  if (/[A-Z0-9]/.test(character)) return 0.75;
  if (/[!-/:-?[-`{-~ ijl]/.test(character)) return 0.42;
  return 0.65;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60]|\p{Extended_Pictographic}/u;
