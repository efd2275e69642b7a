// Package look says what can be asked of one arm's network while somebody looks at it, and the answers: one update of
// one neuron with every number in it, the matrices of a layer, histograms of a quantity, the attention of a head. It is
// plain data with its coding, and the arithmetic of an update of one weight, which needs nothing but the numbers of the
// answer.
//
// It knows no run, no session and no picture, and computes nothing of a network.
package look
