// What the text says beside the experiments other than the first: a few sentences for each chapter of a run, with the numbers that were
// measured. Every sentence is a function of the program's state, and no number of a result is written down here. A sentence about what
// came out stands only where it did. Losses during a run are those of a few windows of the held-out text, at the end of all of it: no
// sentence holds one against the other.

import { armWord } from "./marks.js";

export const digits = (exact, n = 3) => (exact ? Number(exact).toFixed(n) : "none");
/** The cosines of the halves of an arm's pairs. A neuron that gets no gradient has no cosine in it. */
export const cosines = ({ weight, grad }) => `${digits(weight)} in weights and ${digits(grad)} in gradients`;

const arm = (state, name) => state.arms.find((a) => a.name === name);
const paired = (state) => state.arms.filter(({ lock }) => lock.pairs > 0);
const locked = (state, name) => { const { pairs, locked } = arm(state, name).lock; return pairs > 0 && locked === pairs; };
const parted = (state, name) => { const { pairs, locked, diverged } = arm(state, name).lock; return pairs > 0 && locked + diverged === 0; };
const glued = ({ name, lock }) => `${name}: ${lock.locked === lock.pairs ? "all" : `${lock.locked} of`} ${lock.pairs} pairs are equal to the last bit.`;
const angles = ({ name, lock }) => `${name}: mean cosine of the halves ${cosines(lock)}.`;

/** Arms by a number that was measured, the lowest first. */
const by = (state, key) => state.arms.filter((a) => a[key]).sort((a, b) => a[key] - b[key]);
const order = (state) => {
  const list = by(state, "whole");
  if (list.length < 2) return "";
  return `On the whole text ${list[0].name} ended lowest, ${(list.at(-1).whole - list[0].whole).toFixed(3)} below ${list.at(-1).name}.`;
};
const between = (state, a, b) => {
  const d = arm(state, a).whole - arm(state, b).whole;
  return arm(state, a).whole && arm(state, b).whole ? `${a} ended ${Math.abs(d).toFixed(3)} ${d < 0 ? "below" : "above"} ${b}.` : "";
};
const ended = (state, ...names) => names.every((name) => arm(state, name).whole);
const jumps = (state) => {
  const list = state.arms.filter((a) => a.before && a.after);
  return list.length ? [`The loss on ${state.windows} held-out windows, just before and just after the widening:`, ...list.map((a) => `${a.name}: ${digits(a.before)}, then ${digits(a.after)}.`)] : [];
};
const mixes = (state) => {
  const list = state.arms.filter((a) => a.mix);
  return list.length ? `See RMS of the blocks: rings are before, marks after. The largest move of a block was ${list.map((a) => `${(100 * a.mix).toFixed(0)} % in ${a.name}`).join(", ")}.` : "";
};
const wait = (state) => (state.factor ? `Press Widen ×${state.factor}, or wait for step ${state.fork}.` : "");

const lessons = {
  lock: {
    learning: (s) => [
      "Why do copied neurons stay copies? Perhaps the updates after the widening are too small to part them. Here is the test: Drop empties the optimizer’s memory of everything, originals and copies alike. Its first update moves a copy just as far as that of Asymmetric reset, which empties only the memory of the copies.",
      wait(s)],
    widened: (s) => [
      "Drop divides its next gradients by a memory that holds little else: see whether its loss moves. But both halves of every pair do the same.",
      "Below, let the pairs be compared in their gradients: equal weights get equal ones, to the last bit.",
      ...paired(s).map(glued)],
    apart: (s) => [...paired(s).map(glued),
      locked(s, "Drop") && parted(s, "Asymmetric reset") && "It is not the size of an update that parts two halves. It is that the same gradient is divided by two different memories."],
    end: (s) => [between(s, "Drop", "Copy"), between(s, "Asymmetric reset", "Copy"),
      locked(s, "Drop") && locked(s, "Copy") && "Locked is locked, with whatever noise."],
  },
  signal: {
    learning: (s) => [
      "Now both widths are doubled, neurons and residual stream. A sum over twice as many copies is twice as large, unless a factor brings it back. One arm has the factor, one has not, and one gets random new weights and the factor.",
      wait(s)],
    widened: (s) => [...jumps(s), mixes(s)],
    apart: (s) => [...by(s, "after").reverse().filter((a) => a.held).map((a) => `${a.name}: ${digits(a.after)} just after the widening, ${digits(a.held)} at step ${a.heldAt}.`),
      "All of this is the loss on the same few windows. Follow the curves down, and guess which arm will end lowest."],
    end: (s) => {
      const [high, worst] = [by(s, "after").at(-1), by(s, "whole").at(-1)];
      return [order(s),
        high && worst && `The highest spike was that of ${high.name}; ${high === worst ? "it ended highest too" : `the highest end is that of ${worst.name}`}. One run: change the seed below and see which part stays.`];
    },
  },
  recipe: {
    learning: (s) => ["Four arms, each with one thing more than the one before: copies; an emptied memory of the copies; a second warm-up of the copies’ learning rate; a second warm-up of every learning rate.", wait(s)],
    widened: (s) => ["Look at the learning rates under the loss: thick is that of the new neurons, thin that of the old ones.",
      ...s.arms.filter((a) => a.widened && a.rho && a.lrNew).map((a) => `${a.name}, in thousandths: ${digits(1000 * a.lrNew, 2)} for the new, ${digits(1000 * a.lrOld, 2)} for the old.`)],
    apart: (s) => paired(s).map(angles),
    end: (s) => [order(s), between(s, "Re-warm all", "SPARKLING"),
      ended(s, "Re-warm all", "SPARKLING") && `The paper finds a re-warmup of everything worse than SPARKLING. ${Number(arm(s, "Re-warm all").whole) < Number(arm(s, "SPARKLING").whole) ? "This run says otherwise" : "So does this run"}; change the seed below and see whether the next one does.`],
  },
  compute: {
    learning: (s) => ["Why not train the wide network from the start? Because every step of it costs more. The x axis counts operations now, not steps: the wide network gets only as many steps as the widened run costs, and its learning rate ends there too.", wait(s)],
    widened: () => ["The small phase was cheap: at the same number of operations the widened network has made more updates than the wide one."],
    apart: () => ["The curves cannot be compared before their ends: each learning rate is at another place of its schedule. Below, let the loss be drawn over steps, and the same runs look quite different."],
    end: (s) => [between(s, "SPARKLING", "Wide, equal compute"), "Both have cost the same number of operations, to within one update. Change the seed below: a difference that changes its sign with the seed is noise."],
  },
};

// The picture that a chapter speaks of: the same in every experiment, but where a lesson has its own.
const pictures = { learning: "loss", widened: "copies", apart: "divergence", end: "loss" };
const ofLessons = { signal: { widened: "rms", apart: "loss" }, recipe: { widened: "loss" }, compute: { widened: "loss", apart: "loss" } };

export const spoken = (lesson, chapter) => ofLessons[lesson]?.[chapter] ?? pictures[chapter];

const anything = {
  learning: (s) => [wait(s)],
  widened: (s) => [...s.did, "The arms have the same seed and read the same batches; what differs is what the list in the first chapter says, and nothing else."],
  apart: (s) => paired(s).map(({ name, lock }) => `${name}: ${lock.locked} of ${lock.pairs} pairs equal to the last bit, mean cosine ${cosines(lock)}.`),
  end: (s) => [order(s)],
};

/** The paragraphs of a chapter: the lesson whose text is true here, or what can be said of any experiment. */
export function told(chapter, state) {
  const sentences = (lessons[state.told] ?? anything)[chapter](state).filter(Boolean);
  if (!sentences.length && chapter !== "learning") sentences.push("This is told when it has been measured.");
  return sentences.map((sentence) => paragraph(sentence, state.arms));
}

/** A sentence in which the names of arms have their marks. */
function paragraph(sentence, arms) {
  const p = document.createElement("p");
  const names = arms.map(({ name }) => name).sort((a, b) => b.length - a.length);
  let rest = sentence;
  while (rest) {
    const found = names.map((name) => [rest.indexOf(name), name]).filter(([at]) => at >= 0).sort((a, b) => a[0] - b[0] || b[1].length - a[1].length)[0];
    if (!found) break;
    p.append(rest.slice(0, found[0]), armWord(arms.find(({ name }) => name === found[1])));
    rest = rest.slice(found[0] + found[1].length);
  }
  p.append(rest);
  return p;
}
