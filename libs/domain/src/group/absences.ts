// When members are away: as often as they say. Read by the group's decider and by its read model, so that both know the same.

export interface Absence {
  readonly userId: string;
  /** First local date away. */
  readonly from: string;
  /** First local date back. */
  readonly backOn: string;
}

/** @param date local date in Europe/Copenhagen */
export const isAwayOn = (absences: readonly Absence[], userId: string, date: string): boolean =>
  absences.some((a) => a.userId === userId && a.from <= date && date < a.backOn);

const touches = (a: Absence, b: Absence): boolean =>
  a.userId === b.userId && (a.from === b.from || (a.from < b.backOn && b.from < a.backOn));

/**
 * The absences once another was said: it takes the place of those of the same user that it overlaps or that begin the same day, and
 * the others stay. One that ends where it begins is none: those in its place are called off.
 */
export const withAbsence = <A extends Absence>(absences: readonly A[], said: A): readonly A[] => [
  ...absences.filter((a) => !touches(a, said)),
  ...(said.from < said.backOn ? [said] : []),
];

/**
 * What is meant by an absence that begins after today: who is away today and says so before they are back, stays away until it begins.
 * @param today local date in Europe/Copenhagen
 */
export const fromToday = <A extends Absence>(absences: readonly A[], said: A, today: string): A => {
  const underWay = absences.find((a) => a.from <= today && today < a.backOn && touches(a, said));
  return underWay && today < said.from ? { ...said, from: underWay.from } : said;
};
