// Package checkpoints keeps the checkpoints of a long run: folders of the Hugging Face Qwen3-MoE family that other
// programs read as they are, and from which the run goes on to the same bits. A [Keeper] writes them matrix by matrix
// beside the run, keeps the last few, finds the newest that is whole, and widens one on the disk.
//
// What a folder holds of a network is package checkpoint's; when to save, and what to train on, is decided above. It
// never trains.
package checkpoints
