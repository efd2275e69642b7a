// What the text says beside the experiments other than the first: a few sentences for each chapter of a run, with the numbers that were
// measured. Every sentence is a function of the program's state, and no number of a result is written down here.

import { armWord } from "./marks.js";

const digits = (exact, n = 3) => (exact ? Number(exact).toFixed(n) : "–");
const arm = (state, name) => state.arms.find((a) => a.name === name);
const glued = ({ name, lock }) => `${name}: ${lock.locked === lock.pairs ? "all" : `${lock.locked} of`} ${lock.pairs} pairs are equal to the last bit.`;
const paired = (state) => state.arms.filter(({ lock }) => lock.pairs > 0);

/** The arms from the lowest loss on. */
const ranked = (state) => state.arms.filter((a) => a.whole).sort((a, b) => a.whole - b.whole);
const order = (state) => {
  const list = ranked(state);
  if (list.length < 2) return "";
  const gap = (Number(list.at(-1).whole) - Number(list[0].whole)).toFixed(3);
  return `${list[0].name} ended lowest, ${gap} below ${list.at(-1).name}.`;
};
const between = (state, a, b) => {
  const [x, y] = [arm(state, a), arm(state, b)];
  if (!x?.whole || !y?.whole) return "";
  const d = Number(x.whole) - Number(y.whole);
  return `${a} ended ${Math.abs(d).toFixed(3)} ${d < 0 ? "below" : "above"} ${b}.`;
};
const jump = (state, name) => {
  const a = arm(state, name);
  return a?.before && a.after ? `${name}: ${digits(a.before)} just before, ${digits(a.after)} just after.` : "";
};
const wait = (state) => `Press Widen ×${state.factor}, or wait for step ${state.fork}.`;

const lessons = {
  lock: {
    learning: (s) => [
      "Why do copied neurons stay copies? Perhaps the updates after the widening are too small to part them. Here is the test: Drop empties the optimizer’s memory of everything, originals and copies alike. Its first updates are as large as those of Asymmetric reset, which empties only that of the copies.",
      wait(s)],
    widened: () => [
      "Drop makes a burst of large updates now: see how its loss moves. But both halves of every pair make the same burst.",
      "Below, let the pairs be compared in their gradients: Copy and Drop have equal ones, to the last bit."],
    apart: (s) => [...paired(s).map(glued),
      "It is not the size of an update that parts two halves. It is that the same gradient is divided by two different memories."],
    end: (s) => [between(s, "Drop", "Copy"), between(s, "Asymmetric reset", "Copy"), "Locked is locked, with whatever noise."],
  },
  signal: {
    learning: (s) => [
      "Now both widths are doubled, neurons and residual stream. A sum over twice as many copies is twice as large, unless a factor brings it back. One arm has the factor, one has not, and one gets random new weights and the factor.",
      wait(s)],
    widened: (s) => [jump(s, "Scaled"), jump(s, "Unscaled"), jump(s, "Random"),
      "See RMS of the blocks: rings are before, marks after. With the factor they lie on each other."],
    apart: () => ["The spikes are healing. A large one takes many updates to come back from: follow the curves down, and guess which arm will end lowest."],
    end: (s) => [order(s), "The height of the spike did not tell. What an arm can still learn depends on how different its new neurons are."],
  },
  recipe: {
    learning: (s) => ["Four arms, each with one thing more than the one before: copies; an emptied memory of the copies; a second warm-up of the copies’ learning rate; a second warm-up of every learning rate.", wait(s)],
    widened: () => ["Look at the learning rates under the loss: thick is that of the new neurons, thin that of the old ones. SPARKLING lifts only the thick line; Re-warm all lifts both."],
    apart: (s) => [...paired(s).map(({ name, lock }) => `${name}: mean cosine of the halves ${digits(lock.weight)} in weights, ${digits(lock.grad)} in gradients.`)],
    end: (s) => [order(s), between(s, "Re-warm all", "SPARKLING"),
      "The paper finds a re-warmup of everything worse than SPARKLING. Where this small network says otherwise, it disagrees with the paper: it is young at its widening, and has less to lose."],
  },
  compute: {
    learning: (s) => ["Why not train the wide network from the start? Because every step of it costs more. The x axis counts operations now, not steps: the wide network gets only as many steps as the widened run costs, and its learning rate ends there too.", wait(s)],
    widened: () => ["The small phase was cheap: at the same number of operations the widened network has made more updates than the wide one."],
    apart: () => ["The curves cannot be compared before their ends: each learning rate is at another place of its schedule. Below, let the loss be drawn over steps, and the same runs look quite different."],
    end: (s) => [between(s, "SPARKLING", "Wide, equal compute"), "Both have cost the same number of operations. Change the seed below: a difference that changes its sign is noise."],
  },
};

const anything = {
  learning: (s) => [wait(s)],
  widened: () => ["The arms have parted. They have the same seed and read the same batches; what differs is what the list says, and nothing else."],
  apart: (s) => paired(s).map(({ name, lock }) => `${name}: ${lock.locked} of ${lock.pairs} pairs of halves equal to the last bit, mean cosine ${digits(lock.weight)} in weights and ${digits(lock.grad)} in gradients.`),
  end: (s) => [order(s)],
};

/** The paragraphs of a chapter: the lesson of that name, or what can be said of any experiment. about is said first. */
export function told(name, chapter, state, about) {
  const tell = (lessons[name] ?? anything)[chapter];
  const sentences = tell(state).filter(Boolean);
  if (chapter === "learning" && !lessons[name] && about) sentences.unshift(about);
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
