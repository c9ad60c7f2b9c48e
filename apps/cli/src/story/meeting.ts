// The meeting: who is in the room, a door that opens only for those who may hear, what is shared, and who does what by when.
import { addDays } from '@app/platform';
import type { Cases } from './before.js';
import { check, checkHoldsNone, checkSame, type Play } from './play.js';

export interface Held {
  readonly itemId: string;
  readonly disclosureId: string;
  readonly actionId: string;
  /** Local date. */
  readonly deadline: string;
  /** What was said and agreed: for nobody but those it was shared with. */
  readonly said: readonly string[];
}
interface Room {
  readonly status: string;
  readonly openItemId?: string;
  readonly revision: number;
  readonly attendance: readonly { readonly userId?: string; readonly state: string }[];
  readonly items: readonly { readonly itemId: string; readonly caseId?: string }[];
}
interface Disclosure {
  readonly disclosureId: string;
  readonly fromUserId?: string;
  readonly recipients: readonly { readonly userId?: string; readonly basis: string }[];
  readonly content?: string;
  readonly withheld: boolean;
}
interface Minutes {
  readonly withheldItems: number;
  readonly items: readonly {
    readonly caseId: string;
    readonly note?: string;
    readonly noNews: boolean;
    readonly disclosures: readonly Disclosure[];
    readonly actions: readonly { readonly actionId: string }[];
  }[];
}

const MIXED = '422 room.mixed';

export const meeting = async (play: Play, cases: Cases): Promise<Held> => {
  const { meetingId, today } = cases;
  const { caseId } = cases.closed;
  const { coordinator, gadeteam, police, SOF, jobcenter, BUF, partner } = play.cast;
  const at = `/api/meetings/${meetingId}`;
  const room = () => coordinator.get<Room>(at);
  const arrive = async (who: object) => (await coordinator.post(`${at}/attendance`, who)).id;
  const attendee = (id: string, move: 'stepping-out' | 'return' | 'leaving') =>
    coordinator.post(`${at}/attendance/${id}/${move}`);

  play.chapter('Mødet: lokalet', 'The meeting: the room');
  const itemOf = async (wanted: string) => {
    const item = (await room()).items.find((i) => i.caseId === wanted);
    check(item !== undefined, 'the case is not on the agenda of the open meeting');
    return item.itemId;
  };
  const { buf, policeHere, itemId } = await play.step(
    'Mødet åbner; mødeleder, hotspotchef, SOF, politi og BUF er kommet',
    'The meeting opens; coordinator, hotspot chief, SOF, police and BUF have arrived',
    async () => {
      await coordinator.post(`${at}/opening`);
      for (const userId of ['coordinator', 'hotspot-chief', 'sof']) await arrive({ userId });
      const ids = { policeHere: await arrive({ userId: 'police' }), buf: await arrive({ userId: 'buf' }) };
      const { status, attendance } = await room();
      check(status === 'open', `expected an open meeting, got ${status}`);
      const present = attendance.filter(({ state }) => state === 'present').map(({ userId }) => userId ?? 'guest');
      checkSame('present', present, ['coordinator', 'hotspot-chief', 'sof', 'police', 'buf']);
      return { ...ids, itemId: await itemOf(caseId) };
    },
  );
  const door = `${at}/items/${itemId}/opening`;
  const isOpen = async () => (await room()).openItemId === itemId;

  await play.step(
    'BUF er i lokalet og deltager ikke i sagen: punktet åbner ikke',
    'BUF is in the room and takes no part in the case: the item does not open',
    async () => {
      await coordinator.isRefused(MIXED, door);
      check(!(await isOpen()), 'the item is open');
    },
  );
  const guest = await play.step(
    'BUF går ud, men en gæst fra boligorganisationen er kommet: punktet åbner ikke',
    'BUF steps out, but a guest from the housing association has come: the item does not open',
    async () => {
      await attendee(buf, 'stepping-out');
      const id = await arrive({ guestName: 'Demo Gæst', organisationId: 'boligorganisation' });
      await coordinator.isRefused(MIXED, door);
      check(!(await isOpen()), 'the item is open');
      return id;
    },
  );

  const words = {
    content: play.secret('Set ved boldbanen tre aftener i træk'),
    necessity: play.secret('Gadeteamet skal vide det for at kunne møde den unge i tide og forebygge'),
  };
  const saying = { ...words, category: 'crime', purpose: 'ssp', fromAttendeeId: policeHere };
  const share = `${at}/items/${itemId}/disclosures`;
  const refusedInRoom = async (ways: string | readonly string[], body: object) =>
    coordinator.isRefused(ways, share, body, (await room()).revision);

  await play.step(
    'Politiet kan intet dele, mens boligorganisationen er i lokalet',
    'The police can share nothing while the housing association is in the room',
    () => refusedInRoom(['422 room.mixed', '422 room.item-not-open'], saying),
  );
  await play.step(
    'Gæsten går: nu er der kun dem, der må høre det, og punktet åbner',
    'The guest leaves: now only those who may hear are there, and the item opens',
    async () => {
      await attendee(guest, 'leaving');
      await coordinator.post(door);
      check(await isOpen(), 'the item is not open');
    },
  );
  await play.step(
    'BUF kommer tilbage: punktet lukker af sig selv, og åbner, når BUF er gået ud igen',
    'BUF comes back: the item shuts by itself, and opens when BUF has stepped out again',
    async () => {
      await attendee(buf, 'return');
      check(!(await isOpen()), 'the item stayed open');
      await coordinator.isRefused(MIXED, door);
      await attendee(buf, 'stepping-out');
      await coordinator.post(door);
      check(await isOpen(), 'the item is not open');
    },
  );

  play.chapter('Mødet: hvad der deles', 'The meeting: what is shared');
  await play.step('Uden ord om nødvendigheden (»ok«): afvist', 'Without words on why it is necessary (“ok”): refused', () =>
    refusedInRoom('422 rpl115.necessity', { ...saying, necessity: 'ok' }),
  );
  await play.step(
    'Til efterforskning: afvist (retsplejeloven § 115, stk. 2)',
    'For an investigation: refused (§ 115, stk. 2)',
    () => refusedInRoom('422 rpl115.investigation', { ...saying, purpose: 'investigation' }),
  );
  await play.step(
    'Skriftligt til en forvaltning uden for gruppen: afvist',
    'In writing to a department outside the group: refused',
    () => {
      const { fromAttendeeId: _, ...written } = saying;
      const body = { ...written, toOrganisationIds: ['oekonomiforvaltningen'] };
      return police.isRefused('422 rpl115.recipient', `/api/cases/${caseId}/disclosures`, body);
    },
  );
  await play.step(
    'Gadeteamet kommer ind, mens der skrives: lokalet er et andet, så der må ses efter igen',
    'The street team comes in meanwhile: the room is another one, so it must be looked at again',
    async () => {
      const { revision } = await room();
      await arrive({ userId: 'gadeteam' });
      await coordinator.isRefused('409', share, saying, revision);
      check(await isOpen(), 'the item is not open');
    },
  );
  const disclosures = async (user = coordinator) =>
    (await user.get<{ items: Disclosure[] }>(`/api/cases/${caseId}/disclosures`)).items;
  const disclosureId = await play.step(
    'Politiet deler, med begrundelse: modtagere er netop dem, der er i lokalet, efter § 115',
    'The police share, with the reason why: recipients are exactly those in the room, under § 115',
    async () => {
      const { id } = await coordinator.post(share, saying, (await room()).revision);
      const shared = (await disclosures()).find((d) => d.disclosureId === id);
      check(shared?.fromUserId === 'police', 'it is not recorded as said by the police');
      const heard = shared.recipients.map(({ userId, basis }) => `${userId} ${basis}`);
      const present = ['coordinator', 'hotspot-chief', 'sof', 'gadeteam'];
      checkSame(
        'recipients',
        heard,
        present.map((userId) => `${userId} rpl115`),
      );
      return id;
    },
  );

  play.chapter('Mødet: hvem gør hvad', 'The meeting: who does what');
  const deadline = addDays(today, 7);
  const description = play.secret('Tage kontakt til den unge og aftale et møde');
  const actions = `/api/cases/${caseId}/actions`;
  const actionId = await play.step(
    'Gadeteamets medarbejder bliver ansvarlig, med frist om en uge',
    'The street team’s worker is made responsible, by a week from now',
    async () => {
      const owner = { ownerOrganisationId: 'gadeteam', ownerUserId: 'gadeteam' };
      return (await coordinator.post(actions, { description, ...owner, deadline, inMeeting: { meetingId, itemId } })).id;
    },
  );
  await play.step(
    'Kun den ansvarlige selv kan sige ja: politiet afvises, gadeteamet tager den på sig',
    'Only the one responsible can say yes: the police are refused, the street team takes it on',
    async () => {
      await police.isRefused('403', `${actions}/${actionId}/acceptance`);
      await gadeteam.post(`${actions}/${actionId}/acceptance`);
      const mine = await gadeteam.list<{ actionId: string; status: string }>('/api/actions?owner=gadeteam');
      const status = mine.find((action) => action.actionId === actionId)?.status;
      check(status === 'accepted', `expected an accepted action, got ${status ?? 'none'}`);
    },
  );
  const note = play.secret('Drøftet, og aftalt hvem der gør hvad');
  await play.step('Opfølgning aftales om to uger', 'A follow-up is agreed in two weeks', async () => {
    const on = addDays(today, 14);
    await coordinator.post(`/api/cases/${caseId}/follow-ups`, { on, inMeeting: { meetingId, itemId } });
    await coordinator.post(`${at}/items/${itemId}/discussion`, { noNews: false, note });
    const { nextFollowUp } = await SOF.get<{ nextFollowUp?: string }>(`/api/cases/${caseId}`);
    check(nextFollowUp === on, `expected the follow-up on ${on}, got ${nextFollowUp ?? 'none'}`);
  });
  await play.step('Den anden sag: intet nyt, ét tryk', 'The other case: no news, one key', async () => {
    await coordinator.post(`${at}/items/${await itemOf(cases.quiet.caseId)}/discussion`, { noNews: true });
  });
  await play.step('Mødet lukkes, og referatet ligger fast', 'The meeting closes, and its record is frozen', async () => {
    await coordinator.post(`${at}/closing`, {}, (await room()).revision);
    await coordinator.isRefused('422 meeting.closed', `${at}/items/${itemId}/discussion`, { noNews: true });
  });

  play.chapter('Referatet', 'The minutes');
  const minutes = `${at}/minutes`;
  const said = [words.content, words.necessity, description, note];
  await play.step(
    'Gadeteamet var der: ser det delte, aftalen og at den anden sag intet nyt havde',
    'The street team was there: sees what was shared, the action, and that the other case had no news',
    async () => {
      const { items } = await gadeteam.get<Minutes>(minutes);
      const item = items.find((i) => i.caseId === caseId);
      check(item?.note === note, 'the note is not in the minutes');
      check(
        item.disclosures.some((d) => d.disclosureId === disclosureId && d.content === words.content),
        'what was shared is not',
      );
      check(
        item.actions.some((action) => action.actionId === actionId),
        'the action is not',
      );
      check(items.find((i) => i.caseId === cases.quiet.caseId)?.noNews === true, '“no news” is not');
    },
  );
  await play.step(
    'Jobcentret deltager i sagen, men var der ikke: ser, at noget blev delt, ikke hvad',
    'The job centre takes part in the case but was absent: sees that something was shared, not what',
    async () => {
      const seen = await jobcenter.get<Minutes>(minutes);
      const shared = seen.items.find((i) => i.caseId === caseId)?.disclosures.find((d) => d.disclosureId === disclosureId);
      check(shared?.withheld === true, 'the disclosure is not marked as withheld');
      checkHoldsNone('the minutes for the job centre', seen, [words.content, words.necessity]);
      checkHoldsNone('the disclosures for the job centre', await disclosures(jobcenter), [words.content, words.necessity]);
    },
  );
  await play.step(
    'BUF deltager ikke i sagen: punktet er holdt tilbage, den anden sag er med',
    'BUF takes no part in the case: the item is withheld, the other case is there',
    async () => {
      const seen = await BUF.get<Minutes>(minutes);
      check(seen.withheldItems > 0, 'no item is counted as withheld');
      check(
        seen.items.some((i) => i.caseId === cases.quiet.caseId),
        'the other case is missing',
      );
      checkHoldsNone('the minutes for BUF', seen, [...cases.identity, ...said, caseId]);
    },
  );
  await play.step('Boligorganisationen får intet referat', 'The housing association gets no minutes', () =>
    partner.mayNotSee(minutes, 403),
  );
  return { itemId, disclosureId, actionId, deadline, said };
};
