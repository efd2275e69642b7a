// What the program of the pictures and the page's scripts say to each other. A test of internal/policy holds the names
// to those in Go.

/** JSON of a T. */
type Json<T> = string & { readonly json?: T };

/** Says what went wrong; empty where nothing did. */
type Wrong = string;

/** viz/panel.State */
interface State {
  name: string;
  seed: string;
  phase: Chapter;
  step: number;
  last: number;
  steps: number;
  fork: number;
  factor: string;
  live: boolean;
  playing: boolean;
  done: boolean;
  forked: boolean;
  speed: string;
  describe: string;
  beta2: string;
  exampleText: string;
  effects: string[];
  valOn: string;
  fullVal: boolean;
  lossesSaid: string;
  facts: number;
  measure: string;
  shown: string;
  network: string;
  experts: string;
  arms: Arm[];
  writing: Writing;
  broken: Broken | null;
}

/** viz/panel.Broken */
interface Broken {
  arm: number;
  said: string;
  back: string;
  goBack: string;
  smaller: string;
  anew: string;
}

type Chapter = "learning" | "widened" | "apart" | "end";

/** viz/story.Page, and what the run came to. */
interface Page {
  lesson: string;
  title: string;
  learn: string;
  chapters: { id: string; title: string }[];
  shown: number;
  now: number;
  text: Told[];
  notes: Told[];
  ask: Run[];
  choices: string[];
  do: Run[];
  act: string;
  did: boolean;
  due: boolean;
  goes: boolean;
  holds: boolean;
  seconds: number;
  soon: string;
  next: Offer | null;
  outcome: Outcome | null;
}

/** viz.Slow */
interface Slow {
  shown: boolean;
  title: string;
  asked: string;
  stage: number;
  stages: SlowStage[];
  next: string;
  short: string;
  verdict: string;
  late: string;
  digits: boolean;
  halves: string[];
  hue: string;
}

/** viz.SlowStage; what is not shown has its title alone. */
interface SlowStage {
  title: string;
  alike: "" | "same" | "other" | "shared";
  says: string;
  lines: SlowLine[];
}

/** viz.SlowLine */
interface SlowLine {
  name: string;
  rule: string;
  words: string;
  filled: string[];
  values: string[];
  alike: "" | "same" | "other" | "shared";
}

/** viz/story.Offer */
interface Offer {
  name: string;
  title: string;
  learn: string;
  address: string;
  said: string;
  done: boolean;
  now: boolean;
}

/** viz/story.Told */
interface Told {
  style: string;
  list: boolean;
  items: Run[][];
}

/** viz/story.Run */
interface Run {
  text: string;
  kind: "" | "number" | "arm" | "term" | "link" | "stress";
  arm: number;
  term: string;
  href: string;
}

/** viz/story.Outcome */
interface Outcome {
  document: string;
  seed: string;
  more: number;
  of: number;
}

/** viz/panel.Experts */
interface ExpertTable {
  said: string;
  head: string[] | null;
  rows: string[][] | null;
}

/** viz/panel.Seeds, and what its runs came to. */
interface Sown {
  state: "" | "playing" | "paused" | "ended";
  count: number;
  done: number;
  said: string;
  measured: string;
  minus: string;
  rows: SeedRow[] | null;
  runs: SeedRun[] | null;
  sentences: string[] | null;
  outcomes: Outcome[] | null;
}

/** sim/seeds.Row */
interface SeedRow {
  arm: number;
  name: string;
  mean: string;
  range: string;
  diff: string;
  diffRange: string;
  better: string;
  lost: string;
}

/** viz/panel.SeedRun */
interface SeedRun {
  seed: string;
  cells: string[] | null;
  said: string;
}

/** viz/panel.Arm. Numbers that were measured are text; an empty one is not measured. */
interface Arm {
  name: string;
  about: string;
  hidden: boolean;
  role: string;
  style: Style;
  state: "waiting" | "running" | "done" | "failed";
  err: string;
  doing: string;
  diverged: string;
  step: number;
  trainLoss: string;
  valLoss: string;
  valLossAt: number;
  fullValLoss: string;
  lrOld: string;
  lrNew: string;
  lock: Lock;
  facts: Facts;
  valLossBefore: string;
  valLossAfter: string;
  rmsRatioChange: string;
  rho: string;
  widened: boolean;
  rmsRatioBefore: string;
  rmsRatioAfter: string;
  rmsRatioUnscaled: string;
  factorless: boolean;
}

/** viz/panel.Writing */
interface Writing {
  offered: boolean;
  busy: boolean;
  refused: Wrong;
  texts: Written[];
}

/** viz/panel.Written */
interface Written {
  name: string;
  step: number;
  prompt: string;
  temperature: string;
  text: string;
  sure: string;
}

/** viz/panel.Style */
interface Style {
  hue: string;
  dash: string;
  marker: string;
}

/** viz/panel.Lock */
interface Lock {
  step: number;
  pairs: number;
  locked: number;
  said: string;
  diverged: number;
  weight: string;
  grad: string;
  dist: string;
}

/** viz/panel.Facts */
interface Facts {
  known: number;
  of: number;
  said: string;
  step: number;
  learnt: number;
  forgotten: number;
  since: number;
  shown: string;
}

/** viz/panel.Example */
interface Example {
  name: string;
  title: string;
  about: string;
  lesson: boolean;
}

/** viz/panel.Control */
interface Control {
  id: string;
  label: string;
  help: string;
  group: string;
  folded: boolean;
  choices: Choice[] | null;
  usual: string[] | null;
  value: string;
  wrong: Wrong;
  mixed: string;
}

interface Draft {
  controls: Control[];
  changed: string[];
  problem: Wrong;
  arms: DraftArm[];
  rearranged: number;
  additions: Choice[];
  said: string;
}

/** viz/panel.DraftArm */
interface DraftArm {
  name: string;
  about: string;
  style: Style;
  new: boolean;
  differs: string;
}

/** sim/experiment.Choice */
interface Choice {
  value: string;
  label: string;
}

/** One of a row of choices. */
interface Named {
  id: string;
  label: string;
}

/** viz.Choice */
interface Looked {
  id: string;
  label: string;
  options: string[];
  chosen: number;
}

/** viz.Numbers */
interface Numbers {
  title: string;
  says: string;
  heads: string[];
  rows: string[][];
}

/** A sentence that has to be seen. */
interface Said {
  text: string;
  wrong: boolean;
  way: string;
}

/** The state of a run, as it is kept. */
interface KeptRun {
  address: string;
  data: Uint8Array<ArrayBuffer>;
  runs: boolean;
  step: number;
  playing: boolean;
  speed: string;
  text: string; // the reader's own that it learns, if it does
  why?: string; // it has to go on, where the reader has not gone away
}

/** sim/task.Spec, as far as the page's scripts look at it. */
interface Task {
  kind: string;
  text: string;
  content?: string;
}

/** A text of the reader's own. */
interface OwnText {
  name: string; // with its hash
  called: string; // as its file is
  task: Json<Task>; // that learns it
  said: string; // its length and split
  bytes: Uint8Array<ArrayBuffer>; // as they were given
  time: number; // when
}

/** What the program says of texts of the reader's own. */
interface Texts {
  rows: Task;
  in: string;
  runs: string;
  want: string;
  told: string;
  most: number;
}

/** What measuring found: of how many frames, and milliseconds. */
interface Stats {
  frames: number;
  fps: number;
  mean: number;
  p95: number;
  max: number;
}

/** What the page gives to its program. */
interface Bridge {
  worker(): Worker;
  has(text: string): boolean;
  give(worker: Worker, task: Json<Task>): void;
  run?: KeptRun;
  begin?: { at: number; until: number }; // at rest, at a step; and one that it waits at
  marks?: string;
  ready?(): void;
}

/** What the program puts there. */
interface Lab extends Bridge {
  state(): Json<State>;
  stage(): string;
  changes(): number;
  work(): Json<object>;
  settled(): boolean;
  controls(): Json<Draft>;
  experts(): Json<ExpertTable>;
  expertsCSV(): string | Error;
  seeds(): Json<Sown>;
  seedsCSV(): string | Error;
  panes(): Json<Named[]>;
  shown(): Json<{ Pane: string; X: number; Y: number; W: number; H: number }[]>;
  words(): Json<{ Pane: string; Text: string; X: number; Y: number; W: number; Size: number; Above: boolean }[]>;
  scales(): Json<Named[]>;
  colourings(): Json<Named[]>;
  examples(): Json<Example[]>;
  choices(): Json<Looked[]>;
  numbers(): Json<Numbers[]>;
  chosen(): string;
  called(): string;
  about(): string;
  notice(): Json<Said>;
  texts(): Json<Texts>;
  lessons(): Json<Offer[]>;
  progress(): string;
  before(): string;
  csv(): string | Error;
  address(): string;
  stateBytes(): number;
  kept(): KeptRun[];

  dismiss(): void;
  save(): void;
  blind(): void;
  end(): void;
  /** Lets no word of the pictures be smaller than that many CSS pixels; 0 leaves it to the window. */
  type(least: number): void;
  lone(yes: boolean): void;
  /** Says that the text beside the pictures is not seen, so that the run waits for nobody who reads it. */
  untold(untold: boolean): void;
  /** Says that somebody else leads who reads: nothing goes on by itself. */
  patient(): void;
  picture(take: (pixels: Uint8ClampedArray<ArrayBuffer>, width: number, height: number) => void, scale: number): void;
  /** led: not by who is here; then it goes no further than the address says. */
  play(led?: boolean): void;
  pause(): void;
  step(): void;
  rest(): Wrong;
  rested(): boolean;
  reset(): Wrong;
  back(): Wrong;
  way(): Wrong;
  widen(slip: boolean): Wrong;
  restart(arm: number): Wrong;
  goBack(): Wrong;
  smaller(): Wrong;
  write(prompt: string, temperature: number): Wrong;
  scrub(step: number): void;
  point(x?: number, y?: number): boolean;
  press(x: number, y: number): boolean;
  quantity(which?: string): string;
  pin(pane?: string): string;
  only(...panes: string[]): Wrong;
  alone(): Json<string[]>;
  hide(arm: number, hide: boolean): void;
  addArm(addition: string): Wrong;
  removeArm(arm: number): Wrong;
  moveArm(arm: number, to: number): Wrong;
  callArm(arm: number, name: string): Wrong;
  difference(one: number, other: number): string;
  scale(which?: string): string;
  colouring(which?: string): string;
  choose(id: string, option: number): void;
  slow(): Json<Slow>;
  slowStep(by: number): void;
  slowNext(): void;
  slowDigits(all: boolean): void;
  story(): Json<Page>;
  glossary(): Json<{ term: string; means: string }[]>;
  touch(): void;
  turn(chapter: number): void;
  waits(): boolean;
  goOn(): void;
  answer(choice: number): void;
  another(): Wrong;
  sow(seeds: number): Wrong;
  sowOn(): Wrong;
  sowPause(): void;
  sowStop(): void;
  openSeed(seed: string): Wrong;
  learn(task: Json<Task>, called: string): Wrong;
  example(name: string): Wrong;
  speed(which: string): void;
  change(control: string, value: string): Wrong;
  apply(): Wrong;
  undo(): Wrong;
  defaults(): Wrong;
  open(address: string, run?: KeptRun): void;

  // And what the page's scripts add, for tests and for whoever looks.
  still?(): boolean;
  stats?(): Stats;
}

interface Window {
  explain?: (sentence: string, file?: string, way?: Node) => void;
  sparkling?: Lab;
  ask?: (worker: string, job: string) => Promise<string>; // of the benchmark's page
}
