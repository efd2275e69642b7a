// Package tokenizer turns UTF-8 text into tokens, by the rules of a tokenizer.json as Hugging Face's tokenizers have
// it, of byte-level BPE, or by an alphabet of characters, which it also writes as such a file.
//
// What such a file asks for beyond that is refused by name: tokens that are nearly right are worth nothing. It trains
// no tokenizer.
//
// The merging itself is github.com/pkoukk/tiktoken-go's, which goes by the numbers of tokens; [Read] finds out whether
// that comes to the same as the merges of the file.
package tokenizer
