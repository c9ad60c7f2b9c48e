// The closed list of what somebody can do here. The policies speak of the same words (policies/schema.cedarschema).

/** In brackets: the resources that can be named once they are looked up. Before that, and for all others: none. */
export const ACTIONS = [
  'readSelf',
  /** One's own mail and calendar feed. */
  'chooseForSelf',
  'readAreas',
  /** De-identified. */
  'readOverview',
  /** Organisations, groups and the names of staff. */
  'readRegistry',
  /** Organisations, users, groups, areas, rule sets. */
  'administer',
  /** What became of the mail that was sent, without its content; try again what was given up. */
  'manageMail',
  /** What other thresholds of the ladder would have done, in counts; which cases and actions: those of `caseScope`. */
  'backTestLadder',
  /** Exists with the demo only. */
  'moveClock',

  /** Who shared what category with whom; persons by pseudonym [Case]. */
  'readSharingLog',
  'readAccessLog',
  /** Open one person's identity, and look at it [BreakGlass]. */
  'breakGlass',
  /** See openings with their reasons, and say what is to be thought of them [BreakGlass]. */
  'reviewBreakGlass',
  /** Draw one, read what was said of look-ups, and say it. */
  'reviewSpotChecks',
  /** Necessity of disclosures, criteria of searches: as auditors read them. */
  'readReasons',
  /** What an organisation lawfully knew of a case, and when, without its words; the person by pseudonym [Case]. */
  'reviewKnowledge',
  /** What is due for erasure, under way and erased, and certificates; persons by pseudonym [Case]. */
  'readErasures',
  /** Also: archives, legal holds [Case]. */
  'proposeErasure',
  /** Also: withdraw [Case]. */
  'approveErasure',

  /** Rows come from `caseScope`. */
  'listCases',
  /** Open, due and overdue actions with their descriptions; rows come from `caseScope`. */
  'listActions',
  'registerPerson',
  /** By the whole CPR number. What is found still needs `readPerson` on a case of that person. */
  'lookUpPerson',
  /** By name; rows come from `caseScope`. */
  'searchPersons',
  /** [Case] */
  'readCase',
  /** The case as an organisation lawfully knew it at a time [Case with `knowerId`]. */
  'readKnowledge',
  /** One text of a case that may be read [Text]. Never asked without it. */
  'readText',
  /** [Case: one of the person's] */
  'readPerson',
  /** An address that is protected: shown alone, when asked for [Case: one of the person's]. */
  'readProtectedAddress',
  /** See which registrations may be one person's; merge two, and undo it [Case: one of each]. */
  'mergePersons',
  /** Record that the young person was told, or why that waits; see who was not [Case: one of the person's]. */
  'informPerson',
  /** That somebody asked, by when it is due, and how far it is; persons by pseudonym [Case: one of the person's]. */
  'readAccessRequests',
  /** Register a request, withhold and release parts, issue the report and read it [Case: one of the person's]. */
  'answerAccessRequest',
  /** See what the police contributed, and decide whether it is told [Case: one of the person's]. */
  'decidePoliceContribution',
  /** Agree actions, ask for information, schedule follow-ups, report progress on the case as such [Case]. */
  'changeCase',
  /** A text about the wrong person; whose text is for the case to say [Case]. */
  'withdrawText',
  /** A disclosure without its basis; whose it is, is for the case to say [Case]. */
  'recallDisclosure',
  /** See what rests on recalled disclosures, and say whether it is kept; rows come from `caseScope` [Case]. */
  'reviewRecalls',
  /** What the own organisation got and must forget, and say that it has; rows come from `caseScope`. */
  'readWithdrawals',
  /** [Case] */
  'screenCase',
  /** Open, pause, close, reopen; organisations, exclusions, responsibility [Case]. */
  'manageCase',
  /** Accept, decline, report on, move, complete one agreed action [Case with `actionOwnerId`]. */
  'reportAction',
  /** By hand [Case] */
  'chaseAction',
  /** At once [Case] */
  'escalateAction',
  /** [Group the case is referred to] */
  'referCase',
  /** [Group the cases are imported into] */
  'importCases',
  /** [Case, and Purpose] */
  'shareInformation',

  /** Planned meetings, agenda as case numbers [Group]. */
  'readMeetings',
  /** One's own apology [Group]. */
  'attendMeeting',
  /** With personal data: each case on it also needs `readCase` [Group]. */
  'readAgenda',
  /** With personal data: each case in them also needs `readCase` [Group]. */
  'readMinutes',
  /** Plan, move, open, close, arrivals, agenda order [Group]. */
  'runMeeting',
  /** [Case, and Room] */
  'openClosedItem',
  /** [Case, and Room, and Purpose] */
  'shareInRoom',

  /** Without names and texts; rows come from `escalationScope` [Escalation]. */
  'readEscalations',
  /** The summary without a name, and what was decided [Escalation]. */
  'readEscalationSummary',
  /** [Escalation] */
  'readEscalationName',
  /** [Escalation] */
  'summariseEscalation',
  /** To the steering group [Escalation]. */
  'openEscalationName',
  /** [Escalation] */
  'decideEscalation',
  /** [Escalation] */
  'takeToDirectors',
  /** [Group] */
  'readSteeringMeetings',
  /** Plan, move, cancel, hold [Group]. */
  'runSteeringMeeting',
] as const;
export type Action = (typeof ACTIONS)[number];
