// Package checkpoint reads and writes networks as folders of the families that Hugging Face's programs know:
// config.json, weights as safetensors files, one or sharded, and the optimizer's states beside them under the same
// tensor names. One table (families) says how each family spells its names and keys: a new family is a file and its
// line there.
//
// What it reads comes from anywhere: every size, offset, name and key is checked before it is believed, and an error
// says which one is wrong. It never computes with a network and never widens one.
package checkpoint
