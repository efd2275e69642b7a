// Rows of the embedding, and their gradients.

extern "C" __global__ void gather(float *dst, const float *src, const int *rows, int cols) {
	const float *from = src + (wide)rows[blockIdx.x] * cols;
	for (int j = threadIdx.x; j < cols; j += blockDim.x) dst[(wide)blockIdx.x * cols + j] = from[j];
}

// scatter adds row t of src to the row of t's symbol, tokens ascending. order has the tokens sorted by symbol; those of
// the symbol of block i are from begin[i] to begin[i+1]. One block a symbol.
extern "C" __global__ void scatter(float *dst, const float *src, const int *ids, const int *order, const int *begin,
	int cols) {
	const int from = begin[blockIdx.x], to = begin[blockIdx.x + 1];
	float *row = dst + (wide)ids[order[from]] * cols;
	for (int j = threadIdx.x; j < cols; j += blockDim.x) {
		float s = row[j];
		for (int i = from; i < to; i++) s += src[(wide)order[i] * cols + j];
		row[j] = s;
	}
}
