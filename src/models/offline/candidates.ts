import type { OfflineMaterial } from './material.js';
import type { Candidate } from './script.js';
import { pickSome, seedOf } from './seed.js';

/** A way to look at a term, with the reason why it works. */
export type Angle = readonly [name: (term: string) => string, why: string];

/** The topic under some of the angles. A reviewer's note changes which. */
export function fromTopic(material: OfflineMaterial, angles: readonly Angle[], count: number): Candidate[] {
  const seed = seedOf(material.subject, ...material.notes);
  return pickSome(angles, count, seed).map(([name, why], index) => {
    // Every other candidate speaks of the main term, so that the list stays with the topic.
    const term = index % 2 === 0 ? 0 : ((index + 1) / 2) % material.terms.length;
    return { name: name(material.terms[term] ?? material.subject), why };
  });
}

/** The earlier phase's candidate, with its former mark; undefined when it named nothing to choose from. */
export function fromEarlier(
  material: OfflineMaterial,
  whys: readonly string[],
  formerMark: (score: number) => string,
): Candidate[] | undefined {
  if (material.carried.length < 2) return undefined;
  return material.carried.slice(0, 5).map((item, index) => ({
    name: item.name,
    why: `${whys[index % whys.length]}${item.score === undefined ? '' : formerMark(item.score)}`,
  }));
}
