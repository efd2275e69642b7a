// Package torch reads and writes the files of torch.save: a zip archive of one pickle, which says what is there, and of
// storages, which hold the elements of tensors. From what lies there it finds an optimizer's states, as PyTorch's
// state_dict and Hugging Face's Trainer leave them.
//
// A pickle is a program. Here only the operations that make numbers, texts, tuples, lists, dicts and tensors are read,
// each counted before anything is allocated for it; a name that a file mentions is compared with a short list, and
// nothing is ever executed. Storages are read when they are asked for, piece by piece. The package never loads a whole
// file, never trains and never widens.
package torch
