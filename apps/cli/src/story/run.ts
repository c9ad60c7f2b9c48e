// `npm run -s story`: one week of the programme, played over HTTP as its users would, every step checked.
import type { Io } from '../io.js';
import { demoToken } from '../server.js';
import { aftermath } from './aftermath.js';
import { audit } from './audit.js';
import { beforeTheMeeting } from './before.js';
import { meeting } from './meeting.js';
import { createPlay, Ended, whatCame } from './play.js';
import { spreadsheet } from './spreadsheet.js';

export const LANGUAGES = ['both', 'da', 'en'] as const;
export interface StoryOptions {
  readonly server: string;
  readonly lang: (typeof LANGUAGES)[number];
}

/**
 * Plays the week. It brings its own persons, so that it can be played again on the same server; the demo's clock has gone two weeks on.
 * @returns exit code: 0 every step held, 1 one did not (the story ends there, since what follows builds on it)
 * @throws Unusable when there is no demo to play on
 */
export const runStory = async ({ server, lang }: StoryOptions, io: Io): Promise<number> => {
  const words = (da: string, en: string) => (lang === 'both' ? [da, en] : [lang === 'da' ? da : en]);
  const say = (mark: string, da: string, en: string) =>
    words(da, en).forEach((line, i) => io.out(`${i === 0 ? mark : ' '} ${line}`));
  let passed = 0;
  const play = createPlay(server, {
    chapter: (da, en) => io.out(`\n${words(da, en).join(' / ')}`),
    step: async (da, en, act) => {
      try {
        const result = await act();
        say('✓', da, en);
        passed += 1;
        return result;
      } catch (error) {
        say('✗', da, en);
        io.out(`  ${words('i stedet', 'instead').join(' / ')}: ${whatCame(error)}`);
        throw new Ended();
      }
    },
  });

  await demoToken(server, 'coordinator');
  let failed = 0;
  try {
    await spreadsheet(play);
    const cases = await beforeTheMeeting(play);
    const held = await meeting(play, cases);
    await aftermath(play, cases, held);
    await audit(play, cases, held);
  } catch (error) {
    if (!(error instanceof Ended)) io.out(whatCame(error));
    failed = 1;
    io.out(words('  resten er ikke spillet', 'what follows was not played').join(' / '));
  }
  // In both languages the last line is the English one, which programs read.
  const counts = words(
    `${passed} bestået, ${failed} mislykket, 0 sprunget over`,
    `${passed} passed, ${failed} failed, 0 skipped`,
  );
  io.out(`\n${counts.join('\n')}`);
  return failed;
};
