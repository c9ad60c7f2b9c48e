// What the young person reads: the Danish words for what the log says in codes.
import type {
  AgeBand,
  Category,
  DisclosureRefusal,
  FieldClass,
  InformingMeans,
  OrganisationKind,
  PoliceDecision,
  PostponingGround,
  Purpose,
  RuleSet,
  WithholdingGround,
} from '@app/domain';
import type { CaseStatus } from '@app/read-models';

/** Events with texts about the person, and refusals to share. What is not here is not told: see {@link UNTOLD}. */
export const KINDS: Readonly<Record<string, string>> = {
  PersonRegistered: 'Oprettet i systemet',
  PersonCorrected: 'Stamoplysninger rettet',
  PersonInformed: 'Du er oplyst om behandlingen',
  InformingPostponed: 'Det blev udskudt at oplyse dig',
  PersonMoved: 'Flyttet til en anden kommune',
  PersonDied: 'Dødsfald noteret',
  LifeEventRetracted: 'En note om flytning eller dødsfald trukket tilbage',
  PersonMerged: 'To oprettelser af dig lagt sammen',
  ErasureProposed: 'Sletning foreslået',
  ErasureWithdrawn: 'Sletning trukket tilbage',
  LegalHoldPlaced: 'Slettestop sat',
  LegalHoldLifted: 'Slettestop ophævet',
  CaseReferred: 'Sagen henvist',
  CaseScreened: 'Sagen visiteret',
  WorkerExcluded: 'En medarbejder udelukket fra sagen',
  InformationRequested: 'Oplysning efterspurgt',
  InformationShared: 'Oplysning videregivet',
  InformationSharedInRoom: 'Oplysning videregivet i et møde',
  DisclosureRefused: 'Videregivelse afvist: intet blev videregivet',
  DisclosureRefusedInRoom: 'Videregivelse i et møde afvist: intet blev videregivet',
  ActionAgreed: 'Indsats aftalt',
  ActionDeclined: 'Indsats afvist af den, der skulle udføre den',
  HandoverDeclined: 'Indsats afvist af den, der skulle overtage den',
  ActionReworded: 'Indsats formuleret på ny',
  ProgressReported: 'Statusmelding',
  DeadlineMoved: 'Frist flyttet',
  ActionCompleted: 'Indsats udført',
  ActionCancelled: 'Indsats opgivet',
  FollowUpScheduled: 'Opfølgning aftalt',
  CasePaused: 'Sagen sat i bero',
  CaseClosed: 'Sagen lukket',
  CaseReopened: 'Sagen genåbnet',
  DisclosureRecalled: 'Videregivelse kaldt tilbage, fordi den manglede grundlag',
  RecallReviewed: 'Gennemgået, efter at en videregivelse blev kaldt tilbage',
  ItemDiscussed: 'Drøftet i et møde',
  MinutesCorrected: 'Referat rettet',
  ActionChased: 'Rykket for en indsats',
  ChaseAnswered: 'Svar på en rykker',
  ActionEscalated: 'Indsats løftet til styregruppen',
  EscalationSummarised: 'Sammenfattet for styregruppen, uden navn',
  EscalationNameOpened: 'Navnet vist for styregruppen',
  TakenToDirectors: 'Løftet til direktørerne',
  SteeringDecisionMade: 'Styregruppens beslutning',
};
/**
 * Never told. A withdrawal's ground may say whom the text was really about; the notes of answering this very request
 * would tell what was withheld; guests and staff are somebody else.
 */
export const UNTOLD: readonly string[] = [
  ...[
    'TextWithdrawn',
    'PersonMergeUndone', // says who the other one is
    'PartWithheld',
    'PartReleased',
    'PoliceContributionDecided',
    'AccessRequestWithdrawn', // as PersonMergeUndone
    'AttendeeArrived',
    'UserEnrolled',
    'EmailChanged',
    'LookUpReviewed',
  ],
];

export const FIELDS: Readonly<Record<string, string>> = {
  name: 'Navn',
  cpr: 'CPR-nummer',
  birthDate: 'Fødselsdato',
  address: 'Adresse',
  alias: 'Kaldenavn',
  phone: 'Telefon',
  movedOn: 'Flyttet den',
  municipality: 'Kommune',
  diedOn: 'Død den',
  reason: 'Begrundelse',
  ground: 'Begrundelse',
  assessment: 'Vurdering',
  question: 'Spørgsmål',
  content: 'Oplysningen',
  necessity: 'Hvorfor det var nødvendigt',
  description: 'Indsatsen',
  report: 'Status',
  outcome: 'Udfald',
  note: 'Note',
  summary: 'Sammenfatning',
  correction: 'Rettelse',
  answer: 'Svar',
  decision: 'Beslutning',
  otherAction: 'Anden indsats',
};

export const CATEGORY: Readonly<Record<FieldClass, string>> = {
  identity: 'Identitet',
  family: 'Familie',
  health: 'Helbred',
  school: 'Skole og uddannelse',
  work: 'Arbejde',
  crime: 'Kriminalitet',
  network: 'Netværk',
  location: 'Opholdssted',
  social: 'Sociale forhold',
  staff: 'Medarbejdere',
} satisfies Readonly<Record<Category | FieldClass, string>>;

export const STATUS: Readonly<Record<CaseStatus, string>> = {
  referred: 'Henvist',
  accepted: 'Visiteret',
  rejected: 'Afvist i visitationen',
  open: 'Åben',
  paused: 'I bero',
  closed: 'Lukket',
};
export const AGE: Readonly<Record<AgeBand, string>> = {
  'under-12': 'Under 12 år',
  '12-14': '12-14 år',
  '15-17': '15-17 år',
  '18-24': '18-24 år',
  '25-plus': '25 år eller ældre',
  unknown: 'Ukendt',
};

type SentPurpose = DisclosureRefusal['purpose'];
export const PURPOSE: Readonly<Record<SentPurpose, string>> = {
  ssp: 'SSP: at forebygge kriminalitet',
  psp: 'PSP: at hjælpe socialt udsatte',
  'ksp-a': 'KSP: løsladelse af dømte',
  'ksp-b': 'KSP: løsladelse af dømte under 18 år uden for kriminalforsorgen',
  'ksp-c': 'KSP: løsladelse fra varetægt eller anden frihedsberøvelse',
  investigation: 'Efterforskning: altid afvist',
  unknown: 'Et formål, loven ikke kender: afvist',
} satisfies Readonly<Record<Purpose | SentPurpose, string>>;
const NUMBER: Readonly<Record<Purpose, string>> = { ssp: '1', psp: '2', 'ksp-a': '3', 'ksp-b': '3', 'ksp-c': '3' };

/** Under which paragraph it went out: stk. 1 from the police, stk. 2 from the other authorities; within one authority neither. */
export const paragraphOf = (basis: 'rpl115' | 'internal', purpose: Purpose, from: OrganisationKind | undefined): string => {
  if (basis === 'internal') return 'Internt i samme myndighed, efter samme krav om formål og nødvendighed';
  const number = `stk. 1, nr. ${NUMBER[purpose]}`;
  return from === 'police' ? `Retsplejeloven § 115, ${number}` : `Retsplejeloven § 115, stk. 2, jf. ${number}`;
};

export const SECTION_22: Readonly<Record<WithholdingGround, string>> = {
  'private-interests': 'Databeskyttelsesloven § 22, stk. 1 (afgørende hensyn til private interesser)',
  'public-interests': 'Databeskyttelsesloven § 22, stk. 2 (afgørende hensyn til offentlige interesser)',
  'public-administration': 'Databeskyttelsesloven § 22, stk. 3, jf. offentlighedsloven (oplysninger i sagsbehandling)',
};
export const MEANS: Readonly<Record<InformingMeans, string>> = {
  letter: 'brev',
  'digital-post': 'Digital Post',
  conversation: 'samtale',
};
export const POSTPONED: Readonly<Record<PostponingGround, string>> = {
  'private-interests': 'databeskyttelsesloven § 22, stk. 1',
  'public-interests': 'databeskyttelsesloven § 22, stk. 2',
  'knows-already': 'databeskyttelsesforordningen art. 14, stk. 5, litra a',
  disproportionate: 'databeskyttelsesforordningen art. 14, stk. 5, litra b',
  'laid-down-by-law': 'databeskyttelsesforordningen art. 14, stk. 5, litra c',
  secrecy: 'databeskyttelsesforordningen art. 14, stk. 5, litra d',
};

/** In words, what a look in the access log was for. A code that has none is told as it is, rather than not at all. */
export const lookOf = (purpose: string): string =>
  LOOKS[purpose] ?? (purpose.startsWith('export.') ? 'Udtræk af tal om sager' : purpose);
export const LOOKS: Readonly<Record<string, string>> = {
  'access-log.reasons': 'Revision: hvad der blev søgt efter, og hvorfor',
  'sharing-log.reasons': 'Revision: begrundelser for videregivelser',
  'action.history': 'Hvem der har haft en indsats',
  'actions.list': 'Liste over indsatser',
  'actions.most-moved': 'Liste over indsatser, hvis frist er flyttet',
  'access-request.draft': 'Besvarelse af en anmodning om indsigt',
  'access-request.police': 'Politiets stillingtagen til en anmodning om indsigt',
  'access-request.report': 'Rapport til dig om indsigt (udtræk)',
  'spot-check.read': 'Revision: stikprøve af opslag',
  'chase.back-test': 'Afprøvning af frister for rykkere',
  'break-glass.identity': 'Revision: identiteten åbnet efter en begrundet beslutning',
  'break-glass.list': 'Revision: liste over åbnede identiteter',
  'break-glass.open': 'Revision: beslutning om at åbne identiteten',
  'break-glass.review': 'Revision: gennemgang af en åbnet identitet',
  'case.disclosures': 'Hvad der er videregivet i sagen',
  'case.knowledge': 'Hvad en organisation lovligt vidste om sagen',
  'case.read': 'Behandling af sagen',
  'case.timeline': 'Sagens forløb',
  'cases.list': 'Liste over sager',
  'erasure.read': 'Behandling af et forslag om sletning',
  import: 'Indlæsning af en sagsliste',
  'escalations.list': 'Liste over indsatser løftet til styregruppen',
  'escalation.read': 'En indsats løftet til styregruppen',
  'escalation.read-name': 'En indsats løftet til styregruppen, med dit navn',
  'chase.by-me': 'Liste over indsatser, en medarbejder har rykket for',
  'life-events.list': 'Liste over unge fyldt 18 år, flytning og dødsfald',
  'meeting.agenda': 'Dagsorden til et møde',
  'meeting.minutes': 'Referat af et møde',
  'meeting.read': 'Mødet om sagen',
  'person.life-events': 'Fyldt 18 år, flytning og dødsfald',
  'person.protected-address': 'Opslag på en beskyttet adresse',
  'person.look-up': 'Opslag på CPR-nummer',
  'person.merge-texts': 'Tekster skrevet, mens to oprettelser var lagt sammen',
  'person.merges': 'Om to oprettelser er den samme person',
  'person.read': 'Opslag på stamoplysninger',
  'person.register': 'Oprettelse: er personen kendt',
  'person.search': 'Søgning på navn',
  'persons.duplicates': 'Om to oprettelser er den samme person',
  'persons.uninformed': 'Hvem der mangler at blive oplyst (art. 14)',
  'silences.list': 'Liste over sager, der er gået i stå',
  'steering-meeting.agenda': 'Dagsorden til styregruppens møde',
  'users.list': 'Liste over medarbejdere',
  'recalls.list': 'Gennemgang af videregivelser',
  'withdrawals.list': 'Tekster, der er trukket tilbage',
};

export const POLICE: Readonly<Record<'none' | 'pending' | PoliceDecision, string>> = {
  none: 'Politiet har ikke medvirket i dine sager.',
  pending:
    'Politiet er selv dataansvarligt for det, politiet har bidraget med, og afgør selv efter retshåndhævelsesloven, om du får det at vide. Politiet ' +
    'har endnu ikke truffet afgørelse. Det er derfor ikke med her. Det siger ikke, om politiet har bidraget med noget.',
  approved:
    'Politiet er selv dataansvarligt for det, politiet har bidraget med, og har efter retshåndhævelsesloven besluttet, at du får det at vide. Det står her for sig.',
  refused:
    'Politiet er selv dataansvarligt for det, politiet har bidraget med, og har efter retshåndhævelsesloven besluttet, at det ikke oplyses her. ' +
    'Det siger ikke, om politiet har bidraget med noget. Du kan henvende dig til politiet og klage over politiets afgørelse.',
};

export const ABOUT: readonly string[] = [
  'Her står, hvilke oplysninger fremdriftsgruppen har om dig, hvem der har fået dem, hvornår, hvorfor og efter hvilken regel, og hvornår der er slået op i dem ' +
    '(databeskyttelsesforordningen art. 15). Oplysningerne bruges i samarbejdet om at forebygge kriminalitet (SSP), om socialt udsatte (PSP) eller om løsladelse (KSP), ' +
    'som retsplejeloven § 115 tillader kommunen og politiet.',
  'Oplysningerne må ikke bruges til at efterforske straffesager (retsplejeloven § 115, stk. 2).',
  'Medarbejderes navne står ikke her. Er en anden person nævnt ved et mærke i en tekst, står mærket og ikke navnet.',
];
/** @param retention in years, of the rule set in force */
export const rightsUnder = ({ closedYears, closedWithoutActionYears }: RuleSet['retention']): readonly string[] => [
  'Du kan bede kommunen om at rette oplysninger, der er forkerte, om at slette dem eller begrænse brugen af dem, og du kan gøre indsigelse mod, at de bruges ' +
    '(databeskyttelsesforordningen art. 16-18 og 21). Oplysningerne kan slettes, når opbevaringsfristen er udløbet: ' +
    `${closedYears} år efter, at en sag er lukket, og ${closedWithoutActionYears} år, hvis den blev lukket uden indsats.`,
  'Er noget undtaget, står der efter hvilken regel. Det vurderes igen, og du får det, der kan frigives, i en ny udgave.',
  'Du kan klage til Datatilsynet (Carl Jacobsens Vej 35, 2500 Valby, www.datatilsynet.dk) over kommunens behandling og over, at noget er undtaget. Du kan også henvende dig til kommunens databeskyttelsesrådgiver.',
];
