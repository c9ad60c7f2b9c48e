// What happened in a person's life: turned 18, moved, died. Local dates of the record; when it really was is sealed.
import { isLifeEvent } from '@app/domain';
import type { Sealed } from '@app/personal-data';
import { localDateAt } from '../dates.js';
import { sealed, type OnLife, type OnPerson } from '../history.js';
import type { Rows } from '../rows.js';
import { table } from '../tables.js';

export interface LifeTableRow {
  person_id: string;
  came_of_age_on: string | null;
  moved_on: string | null;
  died_on: string | null;
  doc: {
    readonly movedOn?: Sealed | undefined;
    readonly municipality?: Sealed | undefined;
    readonly diedOn?: Sealed | undefined;
  };
}
export const lifeTable = table<LifeTableRow>({
  name: 'life_events',
  key: 'person_id',
  columns: { person_id: 'text', came_of_age_on: 'text', moved_on: 'text', died_on: 'text', doc: 'json' },
  indexes: ['(died_on) where died_on is not null'],
});

export const isAboutLife = (event: OnPerson): event is OnLife => isLifeEvent(event);

export const projectLife = (event: OnLife, rows: Rows): void => {
  const { personId } = event.data;
  const none: LifeTableRow = { person_id: personId, came_of_age_on: null, moved_on: null, died_on: null, doc: {} };
  const row = rows.life.get(personId) ?? none;
  const on = localDateAt(event.at);
  switch (event.type) {
    case 'PersonCameOfAge':
      return rows.life.put({ ...row, came_of_age_on: on });
    case 'PersonMoved': {
      const doc = { ...row.doc, movedOn: sealed(event, 'movedOn'), municipality: sealed(event, 'municipality') };
      return rows.life.put({ ...row, moved_on: on, doc });
    }
    case 'PersonDied':
      return rows.life.put({ ...row, died_on: on, doc: { ...row.doc, diedOn: sealed(event, 'diedOn') } });
    case 'LifeEventRetracted': {
      if (event.data.lifeEvent === 'died')
        return rows.life.put({ ...row, died_on: null, doc: { ...row.doc, diedOn: undefined } });
      return rows.life.put({ ...row, moved_on: null, doc: { diedOn: row.doc.diedOn } });
    }
  }
};
