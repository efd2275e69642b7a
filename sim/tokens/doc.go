// Package tokens reads and writes token files, what a real run learns from: nanoGPT's, which are nothing but 16-bit
// numbers, and llm.c's, which have a header before these. Several files, shards, are one stream; windows of it are the
// rows of a batch, and follow from the seed and the step alone. [Open] checks all of every file before the first step,
// and what is read later is checked again.
//
// No shard is ever held in memory, and a batch allocates nothing. The package knows no tokenizer: what a number stands
// for is not in these files.
package tokens
