// Package gguf writes a checkpoint folder as one GGUF file, the format of llama.cpp, one matrix at a time: the network
// of the folder under llama.cpp's names, and its tokenizer.json as a vocabulary. The layout of the file is that of
// version 3 (ggml, docs/gguf.md).
//
// What llama.cpp would compute otherwise, or cannot say, is refused by name. Nothing is quantised, and no GGUF file is
// ever read here.
package gguf
