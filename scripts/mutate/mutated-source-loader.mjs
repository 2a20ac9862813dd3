/** A webpack loader: gives the mutated text of a source in place of its file. */
export default function mutatedSource() {
  return this.getOptions().text;
}
