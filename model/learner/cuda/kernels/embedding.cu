// Rows of the embedding, and their gradients.

extern "C" __global__ void gather(float *dst, const float *src, const int *rows, int cols) {
	const float *from = src + (wide)rows[blockIdx.x] * cols;
	for (int j = threadIdx.x; j < cols; j += blockDim.x) dst[(wide)blockIdx.x * cols + j] = from[j];
}

// scatter adds row t of src to row ids[t] of dst. The block of a symbol's first token does all of them, in ascending
// order.
extern "C" __global__ void scatter(float *dst, const float *src, const int *ids, int tokens, int cols) {
	const int first = blockIdx.x, id = ids[first];
	for (int t = 0; t < first; t++)
		if (ids[t] == id) return;
	for (int j = threadIdx.x; j < cols; j += blockDim.x) {
		float s = dst[(wide)id * cols + j];
		for (int t = first; t < tokens; t++)
			if (ids[t] == id) s += src[(wide)t * cols + j];
		dst[(wide)id * cols + j] = s;
	}
}
