// Package reproduce holds the paper's claims up against runs at compact scale: which runs a claim needs, the store of
// finished ones, paired statistics over seeds, and the rule by which a claim is judged. The rule and the claims are
// written before any run, and know no result.
//
// It trains through package session and never by itself. It writes no report and draws nothing: that is package
// internal/report.
package reproduce
