// Who belongs to a progress group on a day: the same answer for signing in today and for looking back.
interface Membership {
  readonly members: readonly { readonly userId: string; readonly from: string; readonly until?: string }[];
  readonly deputies: readonly { readonly userId: string; readonly deputyUserId: string }[];
}
const isOwnMember = ({ members }: Membership, userId: string, day: string): boolean =>
  members.some((m) => m.userId === userId && m.from <= day && (m.until === undefined || day < m.until));

/**
 * As a member, or as deputy of one who is; undefined: not at all.
 * @param day local date in Europe/Copenhagen
 */
export const membershipOf = (group: Membership, userId: string, day: string): 'member' | 'deputy' | undefined => {
  if (isOwnMember(group, userId, day)) return 'member';
  return group.deputies.some((d) => d.deputyUserId === userId && isOwnMember(group, d.userId, day)) ? 'deputy' : undefined;
};
