// Package model is the network: a pre-norm decoder with RMSNorm, rotary embedding, grouped-query attention with per-head
// q/k norms, a top-k router and SwiGLU experts, tied embedding, no biases (the tensor layout of Qwen3-MoE). [Table] declares each
// parameter tensor once; [Net] runs them forward and backward over the operations of package compute.
//
// It never updates parameters, never widens, and knows no task, arm or experiment.
package model
