// Rows of the embedding, and their gradients.

// gather copies row rows[t] of src to row t of dst; one block a row.
template <int n> __device__ void gather_by(float *dst, const float *src, const int *rows, int cols) {
	const float *from = src + (wide)rows[blockIdx.x] * cols;
	for (int c = threadIdx.x * n; c < cols; c += blockDim.x * n)
		put_columns(dst + (wide)blockIdx.x * cols, c, columns<n>(from, c));
}
extern "C" __global__ void __launch_bounds__(128) gather(float *__restrict__ dst, const float *__restrict__ src,
	const int *__restrict__ rows, int cols) {
	BY_COLUMNS(gather_by, dst, src, rows, cols);
}

// scatter adds row t of src to the row of t's symbol, tokens ascending. order has the tokens sorted by symbol; those of
// symbol u of the grid's x are from begin[u] to begin[u+1]. A block of 64 threads does 4 columns each, or one.
enum { rows_at_once = 8 };
template <int n> __device__ void scatter_by(float *dst, const float *src, const int *ids, const int *order,
	const int *begin, int cols) {
	const int u = blockIdx.x, end = begin[u + 1], c = (blockIdx.y * blockDim.x + threadIdx.x) * n;
	if (c >= cols) return;
	float *to = dst + (wide)ids[order[begin[u]]] * cols;
	Columns<n> sum = columns<n>(to, c);
	for (int from = begin[u]; from < end; from += rows_at_once) {
		Columns<n> row[rows_at_once];
		for (int i = 0; i < rows_at_once; i++)
			if (from + i < end) row[i] = columns<n>(src + (wide)order[from + i] * cols, c);
		for (int i = 0; i < rows_at_once; i++)
			if (from + i < end)
				for (int j = 0; j < n; j++) sum.x[j] += row[i].x[j];
	}
	put_columns(to, c, sum);
}
extern "C" __global__ void __launch_bounds__(64) scatter(float *dst, const float *__restrict__ src,
	const int *__restrict__ ids, const int *__restrict__ order, const int *__restrict__ begin, int cols) {
	(cols % 4 ? scatter_by<1>(dst, src, ids, order, begin, cols) : scatter_by<4>(dst, src, ids, order, begin, cols));
}
