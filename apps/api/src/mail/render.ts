// A message as it goes out: the same words as plain text and as HTML that any reader can take, without pictures, scripts or trackers.
import type { Language } from '@app/domain';
import type { ActionFacts, DigestFacts, Facts, MeetingFacts, Message } from './kinds.js';
import { dayIn, FRAME, say, timeOf } from './words.js';

export interface Rendered {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}
interface Line {
  readonly says: string;
  readonly url: string;
}

/** Where in the screens something is found. What follows the `#` never leaves the reader's browser: no log on the way has it. */
const linksFrom = (publicUrl: string) => ({
  action: ({ caseId, actionId }: Pick<ActionFacts, 'caseId' | 'actionId'>) =>
    `${publicUrl}/#/cases/${caseId}/actions/${actionId}`,
  theCase: ({ caseId }: Pick<ActionFacts, 'caseId'>) => `${publicUrl}/#/cases/${caseId}`,
  meeting: ({ meetingId, steering }: Pick<MeetingFacts, 'meetingId' | 'steering'>) =>
    `${publicUrl}/#/${steering ? 'steering-meetings' : 'meetings'}/${meetingId}`,
  home: `${publicUrl}/`,
});
/** Where what a message is about is found. */
export const linkOf = ({ action, theCase, meeting }: Facts, publicUrl: string): string => {
  const links = linksFrom(publicUrl);
  if (action) return links.action(action);
  if (theCase) return links.theCase(theCase);
  return meeting ? links.meeting(meeting) : links.home;
};

const linesOf = ({ on, actions, meeting }: DigestFacts, language: Language, publicUrl: string): readonly Line[] => {
  const frame = FRAME[language];
  const links = linksFrom(publicUrl);
  const lines = actions.map((action) => {
    const marks = [...(action.deadline < on ? [frame.overdue] : []), ...(action.awaitsAcceptance ? [frame.awaits] : [])];
    const says = frame.line({ caseNumber: action.caseNumber, deadline: dayIn(language, action.deadline) });
    return { says: marks.length > 0 ? `${says} (${marks.join(', ')})` : says, url: links.action(action) };
  });
  if (!meeting) return lines;
  return [
    ...lines,
    { says: frame.meeting(dayIn(language, meeting.localDate), timeOf(meeting.startsAt)), url: links.meeting(meeting) },
  ];
};

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => ESCAPES[c]!);

/** @param publicUrl what links begin with */
export const render = (message: Pick<Message, 'kind' | 'facts'>, language: Language, publicUrl: string): Rendered => {
  const { kind } = message;
  // Of several actions one may be left that its reader may still see.
  const [only, ...others] = (kind !== 'digest' && message.facts.digest?.actions) || [];
  const facts = only && others.length === 0 ? { action: only } : message.facts;
  const { subject, paragraphs } = say(kind, facts, language);
  const { open, foot } = FRAME[language];
  const lines = facts.digest ? linesOf(facts.digest, language, publicUrl) : [];
  const url = linkOf(facts, publicUrl);
  const text = [
    ...paragraphs,
    ...(lines.length > 0 ? [lines.map((line) => `- ${line.says}\n  ${line.url}`).join('\n')] : []),
    `${open}: ${url}`,
    `--\n${foot}`,
  ].join('\n\n');
  const p = (words: string) => `<p>${escapeHtml(words)}</p>`;
  const a = (link: string, words: string) => `<a href="${escapeHtml(link)}">${escapeHtml(words)}</a>`;
  const html = [
    '<!doctype html>',
    `<html lang="${language}">`,
    `<head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>`,
    '<body>',
    `<h1>${escapeHtml(subject)}</h1>`,
    ...paragraphs.map(p),
    ...(lines.length > 0 ? ['<ul>', ...lines.map((line) => `<li>${a(line.url, line.says)}</li>`), '</ul>'] : []),
    `<p>${a(url, open)}</p>`,
    '<hr>',
    p(foot),
    '</body>',
    '</html>',
  ].join('\n');
  return { subject, text: `${text}\n`, html };
};
