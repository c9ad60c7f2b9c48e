// Who belongs to a progress group on a day: the same answer for signing in today and for looking back.
interface Membership {
  readonly members: readonly { readonly userId: string; readonly from: string; readonly until?: string }[];
  readonly deputies: readonly { readonly userId: string; readonly deputyUserId: string }[];
}
const isOwnMember = ({ members }: Membership, userId: string, day: string): boolean =>
  members.some((m) => m.userId === userId && m.from <= day && (m.until === undefined || day < m.until));

/** The local date on which somebody has left the organisation; undefined: they have not. */
export type LeftOn = (userId: string) => string | undefined;

/**
 * As a member, or as deputy of one who is, and who has not left; undefined: not at all.
 * @param day local date in Europe/Copenhagen
 */
export const membershipOf = (group: Membership, userId: string, day: string, leftOn: LeftOn): 'member' | 'deputy' | undefined => {
  if (isOwnMember(group, userId, day)) return 'member';
  const isThere = (id: string): boolean => isOwnMember(group, id, day) && (leftOn(id) ?? '9999') > day;
  return group.deputies.some((d) => d.deputyUserId === userId && isThere(d.userId)) ? 'deputy' : undefined;
};
