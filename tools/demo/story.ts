/** The story, chapter by chapter, each step answering with what it saw. Told by the demo, asserted by the end-to-end test. */
import { EvidenceStory } from './evidence-story.ts';
import type { Ground } from './ground.ts';
import { LockStory } from './lock-story.ts';
import { PeopleStory } from './people-story.ts';
import { type Settings, StoryHouse } from './story-house.ts';
import { WorkloadStory } from './workload-story.ts';

export type { Probe } from './lock-story.ts';

export interface Sweep {
  verdict: string;
  why: string;
  items: number;
  denied: unknown[];
}

export class Story {
  readonly house: StoryHouse;
  readonly people: PeopleStory;
  readonly workloads: WorkloadStory;
  readonly lock: LockStory;
  readonly evidence: EvidenceStory;

  constructor(ground: Ground, settings: Settings = {}) {
    this.house = new StoryHouse(ground, settings);
    this.people = new PeopleStory(this.house);
    this.workloads = new WorkloadStory(this.house);
    this.lock = new LockStory(this.house, this.workloads);
    this.evidence = new EvidenceStory(this.house);
  }

  async sweep(): Promise<Sweep> {
    const [swept] = await this.house.cli<Sweep[]>('sweep', 'host');
    if (swept === undefined) throw new Error('the sweep of the host left no record');
    return swept;
  }
}
