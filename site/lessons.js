// What the text says beside the experiments other than the first: a few sentences for each chapter of a run, with the
// numbers that were measured. Every sentence is a function of the program's state, and no number of a result is written
// down here. A sentence about what came out stands only where it did. Losses during a run are those of a few windows of
// the validation split, at the end of all of it: no sentence holds one against the other.

import { make } from "./dom.js";
import { armWord } from "./marks.js";

/** @typedef {"valLossBefore" | "valLossAfter" | "fullValLoss"} Loss what a loss is called in an arm */
/** @typedef {string | false | undefined} Sentence one that is not there is not told */
/** @typedef {Record<Chapter, (state: State) => Sentence[]>} Lesson */

/** A number as it was measured, with fewer digits. @param {string} exact @param {number} [n] */
export const digits = (exact, n = 3) => (exact ? Number(exact).toFixed(n) : "none");
/** The cosines of the halves of an arm's pairs. In that of gradients is no neuron that gets none. @param {Lock} lock */
export const cosines = ({ weight, grad }) => `${digits(weight)} in weights and ${digits(grad)} in gradients`;

/** @param {State} state @param {string} name */
const arm = (state, name) => state.arms.find((a) => a.name === name);
const paired = (/** @type {State} */ state) => state.arms.filter(({ lock }) => lock.pairs > 0);
const isLocked = (/** @type {Lock} */ { pairs, locked }) => pairs > 0 && locked === pairs;
const isParted = (/** @type {Lock} */ { pairs, locked, diverged }) => pairs > 0 && locked + diverged === 0;

/**
 * Whether that holds of the pairs of an arm that is there.
 * @param {State} state @param {string} name @param {(lock: Lock) => boolean} is
 */
const holds = (state, name, is) => {
  const found = arm(state, name);
  return found !== undefined && is(found.lock);
};

const glued = (/** @type {Arm} */ { name, lock }) =>
  `${name}: ${isLocked(lock) ? "all" : `${lock.locked} of`} ${lock.pairs} pairs are equal to the last bit.`;
const angles = (/** @type {Arm} */ { name, lock }) => `${name}: mean cosine of the halves ${cosines(lock)}.`;

/** Arms by a loss that was measured, the lowest first. @param {State} state @param {Loss} loss */
const by = (state, loss) => state.arms.filter((a) => a[loss]).sort((a, b) => Number(a[loss]) - Number(b[loss]));
const order = (/** @type {State} */ state) => {
  const list = by(state, "fullValLoss"), lowest = list[0], highest = list[list.length - 1];
  if (list.length < 2) return "";
  const below = (Number(highest.fullValLoss) - Number(lowest.fullValLoss)).toFixed(3);
  return `On the full validation split ${lowest.name} ended lowest, ${below} below ${highest.name}.`;
};
/** @param {State} state @param {string} a @param {string} b */
const between = (state, a, b) => {
  const of = arm(state, a)?.fullValLoss, than = arm(state, b)?.fullValLoss;
  if (!of || !than) return "";
  const d = Number(of) - Number(than);
  return `${a} ended ${Math.abs(d).toFixed(3)} ${d < 0 ? "below" : "above"} ${b}.`;
};
const jumps = (/** @type {State} */ state) => {
  const list = state.arms.filter((a) => a.valLossBefore && a.valLossAfter);
  if (!list.length) return [];
  return [`The validation loss on ${state.valOn}, just before and just after the widening:`,
    ...list.map((a) => `${a.name}: ${digits(a.valLossBefore)}, then ${digits(a.valLossAfter)}.`)];
};
const mixes = (/** @type {State} */ state) => {
  const list = state.arms.filter((a) => a.rmsRatioChange);
  if (!list.length) return [];
  const largest = list.map((a) => `${(100 * Number(a.rmsRatioChange)).toFixed(0)} % in ${a.name}`).join(", ");
  return [
    `See RMS of the blocks: rings are before, marks after. The largest change of a block’s ratio was ${largest}. The ` +
      "mean RMS ratio of the blocks, just before and just after the widening, and after the same widening without " +
      "its factor:",
    ...list.map(({ name, rmsRatioBefore, rmsRatioAfter, rmsRatioUnscaled, factorless }) => {
      const unscaled = rmsRatioUnscaled && `, and without ${digits(rmsRatioUnscaled, 2)}`;
      const without = factorless ? "; it has no factor" : unscaled;
      return `${name}: ${digits(rmsRatioBefore, 2)}, then ${digits(rmsRatioAfter, 2)}${without}.`;
    }),
  ];
};
const wait = (/** @type {State} */ state) =>
  (state.factor ? `Press Widen ×${state.factor}, or wait for step ${state.fork}.` : "");

/** @type {Record<string, Lesson>} */
const lessons = {
  lock: {
    learning: (s) => [
      "Why do copied neurons stay copies? Perhaps the updates after the widening are too small to part them. Here is " +
        "the test: Drop empties the optimizer’s memory of everything, originals and copies alike. Its first update " +
        "moves a copy just as far as that of Asymmetric reset, which empties only the memory of the copies.",
      wait(s)],
    widened: (s) => [
      "Drop divides its next gradients by a memory that holds little else: see whether its loss moves. But both " +
        "halves of every pair do the same.",
      "Below, let the pairs be compared in their gradients: equal weights get equal ones, to the last bit.",
      ...paired(s).map(glued)],
    apart: (s) => [...paired(s).map(glued),
      holds(s, "Drop", isLocked) && holds(s, "Asymmetric reset", isParted) && "It is not the size of an update that " +
        "parts two halves. It is that the same gradient is divided by two different memories."],
    end: (s) => [between(s, "Drop", "Copy"), between(s, "Asymmetric reset", "Copy"),
      holds(s, "Drop", isLocked) && holds(s, "Copy", isLocked) && "Locked is locked, with whatever noise."],
  },
  signal: {
    learning: (s) => [
      "Now both widths are doubled, neurons and residual stream. A sum over twice as many copies is twice as large, " +
        "unless a factor brings it back. One arm has the factor, one has not, and one gets random new weights and " +
        "the factor.",
      wait(s)],
    widened: (s) => [...jumps(s), ...mixes(s)],
    apart: (s) => [
      ...by(s, "valLossAfter").reverse().filter((a) => a.valLoss).map((a) =>
        `${a.name}: ${digits(a.valLossAfter)} just after the widening, ${digits(a.valLoss)} at step ${a.valLossAt}.`),
      "All of this is the validation loss on the same few windows. Follow the curves down, and guess which arm will " +
        "end lowest."],
    end: (s) => {
      const high = by(s, "valLossAfter").pop(), worst = by(s, "fullValLoss").pop();
      if (!high || !worst) return [order(s)];
      const too = high === worst ? "it ended highest too" : `the highest end is that of ${worst.name}`;
      return [order(s), `The highest spike was that of ${high.name}; ${too}. One run: change the seed below and see ` +
        "which part stays."];
    },
  },
  recipe: {
    learning: (s) => [
      "Four arms, each with one thing more than the one before: copies; an emptied memory of the copies; a second " +
        "warm-up of the copies’ learning rate; a second warm-up of every learning rate.",
      wait(s)],
    widened: (s) => [
      "Look at the learning rates under the loss: thick is that of the new neurons, thin that of the old ones.",
      ...s.arms.filter((a) => a.widened && a.rho && a.lrNew).map(({ name, lrNew, lrOld }) =>
        `${name}, in thousandths: ${thousandths(lrNew)} for the new, ${thousandths(lrOld)} for the old.`)],
    apart: (s) => paired(s).map(angles),
    end: (s) => {
      const every = arm(s, "Re-warm all")?.fullValLoss, copies = arm(s, "SPARKLING")?.fullValLoss;
      const says = Number(every) < Number(copies) ? "This run says otherwise" : "So does this run";
      return [order(s), between(s, "Re-warm all", "SPARKLING"),
        every && copies && `The paper finds a re-warmup of everything worse than SPARKLING. ${says}; change the seed ` +
          "below and see whether the next one does."];
    },
  },
  compute: {
    learning: (s) => [
      "Why not train the wide network from the start? Because every step of it costs more. The x axis counts " +
        "operations now, not steps: the wide network gets only as many steps as the widened run costs, and its " +
        "learning rate ends there too.",
      wait(s)],
    widened: () => ["The small phase was cheap: at the same number of operations the widened network has made more " +
      "updates than the wide one."],
    apart: () => ["The curves cannot be compared before their ends: each learning rate is at another place of its " +
      "schedule. Below, let the loss be drawn over steps, and the same runs look quite different."],
    end: (s) => [between(s, "SPARKLING", "Wide, equal compute"), "Both have cost the same number of operations, to " +
      "within one update. Change the seed below: a difference that changes its sign with the seed is noise."],
  },
};

const thousandths = (/** @type {string} */ rate) => (rate ? (1000 * Number(rate)).toFixed(2) : "none");

// The picture that a chapter speaks of: the same in every experiment, but where a lesson has its own.
/** @type {Record<Chapter, string>} */
const pictures = { learning: "loss", widened: "copies", apart: "divergence", end: "loss" };
/** @type {Record<string, Partial<Record<Chapter, string>>>} */
const ofLessons = {
  signal: { widened: "rms", apart: "loss" },
  recipe: { widened: "loss" },
  compute: { widened: "loss", apart: "loss" },
};

/** @param {string} lesson @param {Chapter} chapter */
export const spoken = (lesson, chapter) => ofLessons[lesson]?.[chapter] ?? pictures[chapter];

/** @type {Lesson} */
const anything = {
  learning: (s) => [wait(s)],
  widened: (s) => [...s.effects, "The arms have the same seed and read the same batches; what differs is what the " +
    "list in the first chapter says, and nothing else."],
  apart: (s) => paired(s).map(({ name, lock }) =>
    `${name}: ${lock.locked} of ${lock.pairs} pairs equal to the last bit, mean cosine ${cosines(lock)}.`),
  end: (s) => [order(s)],
};

/**
 * The paragraphs of a chapter: the lesson whose text is true here, or what can be said of any experiment.
 * @param {Chapter} chapter @param {State} state
 */
export function told(chapter, state) {
  const sentences = (lessons[state.exampleText] ?? anything)[chapter](state).flatMap((sentence) => sentence || []);
  if (!sentences.length && chapter !== "learning") sentences.push("This is told when it has been measured.");
  return sentences.map((sentence) => paragraph(sentence, state.arms));
}

/** A sentence in which the names of arms have their marks. @param {string} sentence @param {Arm[]} arms */
function paragraph(sentence, arms) {
  const p = make("p");
  let rest = sentence;
  while (rest) {
    // The first name in it, the longest where two begin at the same place.
    const found = arms.map((a) => ({ at: rest.indexOf(a.name), a })).filter(({ at }) => at >= 0)
      .sort((x, y) => x.at - y.at || y.a.name.length - x.a.name.length)[0];
    if (!found) break;
    p.append(rest.slice(0, found.at), armWord(found.a));
    rest = rest.slice(found.at + found.a.name.length);
  }
  p.append(rest);
  return p;
}
