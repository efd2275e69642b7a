// Asks llama.cpp about GGUF files: a list of questions as JSON on stdin, the answers as JSON on stdout.
import {readFileSync} from "node:fs";
import {getLlama, LlamaLogLevel} from "node-llama-cpp";

// The program that npm fetched, and no other: nothing is built, and nothing is asked of the network.
const llama = await getLlama({gpu: false, build: "never", skipDownload: true, progressLogs: false,
  logLevel: LlamaLogLevel.error, maxThreads: 1});
const generateNext = {probabilities: true, options: {temperature: 1, topK: 0, topP: 1, minP: 0}};

async function answer({file, rows, texts}) {
  const model = await llama.loadModel({modelPath: file, useMmap: false});
  // Keys and values in float32, as they are kept here; left to itself llama.cpp rounds them to 16 bits.
  const context = await model.createContext({contextSize: 256, batchSize: 256, flashAttention: false, threads: 1,
    experimentalKvCacheKeyType: "F32", experimentalKvCacheValueType: "F32"});
  const sequence = context.getSequence();
  const probabilities = [];
  for (const row of rows ?? []) {
    await sequence.clearHistory();
    const got = await sequence.controlledEvaluate(row.map((token) => [token, {generateNext}]));
    probabilities.push(got.map(({next}) => {
      const all = new Array(next.probabilities.size).fill(0);
      for (const [token, p] of next.probabilities) all[token] = p;
      return all;
    }));
  }
  const tokens = (texts ?? []).map((text) => model.tokenize(text, true));
  const back = tokens.map((row) => model.detokenize(row, true));
  await model.dispose();
  return {probabilities, tokens, texts: back};
}

const answers = [];
for (const question of JSON.parse(readFileSync(0, "utf8"))) answers.push(await answer(question));
process.stdout.write(JSON.stringify(answers), () => process.exit(0));
