// Who may be named in a case: staff, of the organisation they are named for, who have not left.
import { RefusedError } from '../core/errors.js';
import type { Ports } from '../core/ports.js';

/** @throws RefusedError when the person named is not enrolled in that organisation, or has left */
export const requireStaff = async (ports: Ports, organisationId: string, userId: string | undefined): Promise<void> => {
  if (userId === undefined) return;
  const user = (await ports.readModels.registry()).users.get(userId);
  const left = user?.leftOn !== undefined && user.leftOn <= ports.clock.today();
  if (user?.organisationId !== organisationId || left) {
    throw new RefusedError({
      rule: 'action.owner',
      en: 'The person named does not work in that organisation.',
      da: 'Den nævnte medarbejder er ikke i den enhed.',
    });
  }
};
