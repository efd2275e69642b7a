// Package pairs compares originals with the copies that widenings made of them, in what a network in training has of
// every parameter: whether they are still the same bits (locked), and by how much they have parted. It knows no
// training and no record: who trains says which pairs there are, and who keeps or draws the result takes it as it is.
package pairs
