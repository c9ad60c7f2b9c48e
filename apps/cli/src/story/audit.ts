// The audit: who shared, who looked, who was refused; and that those who may not see persons have seen none.
import type { Cases } from './before.js';
import type { Held } from './meeting.js';
import { check, checkHoldsNone, checkSame, type Play, type User } from './play.js';

interface Logged {
  readonly disclosureId: string;
  readonly caseId: string;
  readonly refusedBy?: string;
  readonly recipients: readonly unknown[];
}
interface Looked {
  readonly type: string;
  readonly userId: string;
  readonly purpose: string;
}
interface SpotCheck {
  readonly spotCheckId: string;
  readonly from: string;
  readonly to: string;
  readonly drawnBy: string;
  readonly waiting: number;
  readonly lookUps: readonly { readonly eventId: string; readonly explained: boolean; readonly yours: boolean }[];
}
const REFUSED = ['room', 'rpl115.investigation', 'rpl115.necessity', 'rpl115.recipient'];
/** Which of the room's rules it was does not matter here. */
const family = (rule: string): string => (rule.startsWith('room.') ? 'room' : rule);

export const audit = async (play: Play, cases: Cases, { disclosureId, said }: Held): Promise<void> => {
  const { auditor, externalAuditor, partner, politicalMember, administrator } = play.cast;
  const { caseId, personId } = cases.closed;
  play.chapter('Revisionen', 'The audit');

  const sharing = async (user: User, more = '') =>
    (await user.list<Logged>(`/api/sharing-log?from=${cases.today}${more}`)).filter((entry) => entry.caseId === caseId);
  const looks = (user: User) => user.list<Looked>(`/api/access-log?caseId=${caseId}`);

  await play.step(
    'Delingsloggen har den ene deling og de fire afviste, og intet af indholdet',
    'The sharing log has the one disclosure and the four refused ones, and nothing of their content',
    async () => {
      const log = await sharing(auditor);
      const shared = log.filter(({ refusedBy }) => refusedBy === undefined);
      checkSame(
        'shared',
        shared.map((entry) => entry.disclosureId),
        [disclosureId],
      );
      check(shared[0]!.recipients.length === 4, `expected 4 recipients, got ${shared[0]!.recipients.length}`);
      checkSame(
        'refused',
        log.flatMap(({ refusedBy }) => (refusedBy === undefined ? [] : [family(refusedBy)])),
        REFUSED,
      );
      const only = await sharing(auditor, '&refused=true');
      check(only.length === REFUSED.length, `expected ${REFUSED.length} when only refusals are asked for, got ${only.length}`);
      checkHoldsNone('the sharing log', log, [...cases.identity, ...said]);
    },
  );
  await play.step(
    'Adgangsloggen viser, hvem der så sagen, og at BUF blev afvist',
    'The access log shows who looked at the case, and that BUF was refused',
    async () => {
      const log = await looks(auditor);
      const saw = (userId: string, purpose: string) => log.some((entry) => entry.userId === userId && entry.purpose === purpose);
      const expected = [
        ['coordinator', 'meeting.agenda'],
        ['gadeteam', 'meeting.minutes'],
        ['jobcenter', 'meeting.minutes'],
        ['jobcenter', 'case.disclosures'],
        ['sof', 'case.read'],
      ] as const;
      checkSame('who looked', expected.filter(([who, what]) => saw(who, what)).map(String), expected.map(String));
      const byBuf = log.filter(({ userId }) => userId === 'buf');
      check(byBuf.length > 0 && byBuf.every(({ type }) => type === 'AccessRefused'), 'BUF: expected refusals and nothing else');
      checkHoldsNone('the access log', log, [...cases.identity, ...said]);
    },
  );

  // What is asked here as somebody outside fails by itself if an answer holds a name, a CPR number or a personal text.
  await play.step(
    'Den eksterne revisor ser begge logge uden ét navn, og ingen sag',
    'The external auditor sees both logs without a single name, and no case',
    async () => {
      check((await sharing(externalAuditor)).length === 1 + REFUSED.length, 'the sharing log is not complete');
      check((await looks(externalAuditor)).length > 0, 'the access log is empty');
      await externalAuditor.list('/api/access-log');
      await externalAuditor.mayNotSee(`/api/cases/${caseId}`, 403);
    },
  );
  await play.step(
    'Ugens stikprøve er udtaget af sig selv; revisor spørger om det, intet forklarer, og den eksterne revisor får den samme ud af loggen',
    'The spot check of the week was drawn by itself; the auditor asks about what nothing explains, and the external one gets the same from the log',
    async () => {
      const checks = await auditor.list<SpotCheck>('/api/spot-checks');
      const ofTheWeek = checks.find(
        ({ from, to, drawnBy }) => from <= cases.today && cases.today <= to && drawnBy === 'fremdrift',
      );
      check(ofTheWeek !== undefined, 'there is none');
      const path = `/api/spot-checks/${ofTheWeek.spotCheckId}`;
      const { lookUps, waiting } = await auditor.get<SpotCheck>(path);
      check(
        lookUps.some(({ explained }) => explained),
        'nothing is explained',
      );
      const asked = lookUps.find(({ explained, yours }) => !explained && yours);
      if (asked) {
        const outcome = { outcome: 'justified', note: 'Forberedte en samtale med skolen' };
        await auditor.post(`${path}/look-ups/${asked.eventId}/outcome`, outcome);
        const left = (await auditor.get<SpotCheck>(path)).waiting;
        check(left === waiting - 1, `expected ${waiting - 1} to wait, got ${left}`);
      }
      await externalAuditor.isRefused('403', '/api/spot-checks');
      await externalAuditor.get(path);
      const { reproduced } = await externalAuditor.get<{ reproduced: boolean }>(`${path}/verification`);
      check(reproduced, 'it does not come out the same');
    },
  );
  const overviews = async (user: User) => {
    const { items } = await user.get<{ items: { areaId: string }[] }>('/api/areas');
    check(items.length > 0, 'there are no areas');
    return Promise.all(items.map(({ areaId }) => user.get<Record<string, unknown>>(`/api/areas/${areaId}/overview`)));
  };
  await play.step(
    'Samarbejdspartneren ser ugens tal for området; små tal er skjult',
    'The partner sees the figures of the week for the area; small numbers are hidden',
    async () => {
      const figures = (await overviews(partner)).flatMap((overview) => Object.entries(overview));
      const small = figures.filter(([, value]) => typeof value === 'number' && value < 10);
      checkSame(
        'small numbers',
        small.map(([name]) => name),
        [],
      );
      check(
        figures.some(([, value]) => typeof value === 'number'),
        'there is no number at all',
      );
    },
  );
  const asked = [
    ...[
      '/api/cases',
      `/api/cases/${caseId}`,
      `/api/cases/${caseId}/timeline`,
      `/api/cases/${caseId}/disclosures`,
      '/api/actions',
    ],
    ...[`/api/persons/${personId}`, '/api/meetings', '/api/meetings/next', `/api/meetings/${cases.meetingId}`],
    ...[
      `/api/meetings/${cases.meetingId}/agenda`,
      `/api/meetings/${cases.meetingId}/minutes`,
      '/api/sharing-log',
      '/api/access-log',
    ],
  ];
  const outside = [
    [partner, 'Samarbejdspartneren', 'The partner'],
    [politicalMember, 'Politikeren', 'The politician'],
    [administrator, 'Systemadministratoren', 'The administrator'],
  ] as const;
  for (const [user, da, en] of outside) {
    await play.step(
      `${da} ser ingen person: hverken sager, aftaler, møder, opslag eller logge`,
      `${en} sees no person: not in cases, actions, meetings, look-ups or logs`,
      async () => {
        for (const path of asked) await user.mayNotSee(path, 403);
        await user.isRefused('403', '/api/persons/look-up', { cpr: cases.cpr });
        await overviews(user);
      },
    );
  }
};
