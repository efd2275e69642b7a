// Package checkpoint reads and writes networks as folders of the Hugging Face Qwen3-MoE family: config.json, weights as
// safetensors files, one or sharded, and the optimizer's states beside them under the same tensor names.
//
// What it reads comes from anywhere: every size, offset, name and key is checked before it is believed, and an error
// says which one is wrong. It never computes with a network and never widens one.
package checkpoint
