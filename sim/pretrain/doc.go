// Package pretrain is a long run: one network of a document, trained to its end on its task, widened on its way, and
// kept in checkpoints from which it goes on to the same bits. What one update is, and what a widening is, package train
// knows; what a checkpoint is, package checkpoints. Here is the loop around them: when to measure, when to keep, when
// to go through the disk.
//
// It prints nothing and knows no command line. The pictures' session, which leads several arms beside each other, is
// another package, and neither needs the other.
package pretrain
