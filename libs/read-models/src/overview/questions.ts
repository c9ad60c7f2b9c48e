// What is asked about an area: numbers only.

/** Small numbers are suppressed: `null` stands for 1-4, and for a cell that would give one away. */
export interface AreaOverview {
  readonly areaId: string;
  readonly name: string;
  readonly asOf: string;
  readonly openCases: number | null;
  readonly closedCases: number | null;
  readonly openActions: number | null;
  readonly overdueActions: number | null;
  readonly actionsDoneLast90Days: number | null;
}

export interface OverviewQuestions {
  areaOverview(areaId: string, today: string): Promise<AreaOverview | undefined>;
}
