// Package model is the network: a pre-norm decoder with RMSNorm, rotary embedding, grouped-query attention with
// per-head q/k norms, a top-k router and SwiGLU experts, tied embedding, no biases (the tensor layout of Qwen3-MoE).
// [Table] declares each parameter tensor once; [Net] runs them forward and backward over the operations of package
// compute. Where networks of other families differ, [Variant] says how.
//
// Where the parts come from: pre-norm (Xiong et al. 2020, arXiv 2002.04745), RMSNorm (Zhang and Sennrich 2019, arXiv
// 1910.07467), rotary embedding (Su et al. 2021, arXiv 2104.09864), grouped-query attention (Ainslie et al. 2023, arXiv
// 2305.13245), norms of queries and keys (Henry et al. 2020, arXiv 2010.04245; by RMSNorm as in Qwen3, 2025, arXiv
// 2505.09388), top-k experts (Shazeer et al. 2017, arXiv 1701.06538), SwiGLU (Shazeer 2020, arXiv 2002.05202), tied
// embedding (Press and Wolf 2016, arXiv 1608.05859).
//
// Of its two promises the first holds for whatever runs this network, and the second where the engine of package
// compute does: *equal rows and columns get equal bits wherever they lie*, so that original and copy get the same
// gradient; and *ascending summation, the plain engine's bits*. See docs/exactness.md.
//
// It never updates parameters, never widens, and knows no task, arm or experiment.
package model
