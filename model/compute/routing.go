package compute

// Routing is what a router decided for every token, channel-major.
type Routing struct {
	Prob Mat // (experts, tokens) softmax over all experts
	LSE  Mat // (1, tokens) log-sum-exp of the logits
	// (k, tokens) the experts of the k largest probabilities, in falling order; rows have the stride of Weight
	TopK   []int32
	Weight Mat // (k, tokens) those probabilities over their sum
}

// Permutation says where the rows of a token lie among rows sorted by expert: that of its j-th choice is
// Rows[j*Stride+token].
type Permutation struct {
	Rows      []int32
	K, Stride int
}
