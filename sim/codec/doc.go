// Package codec reads and writes binary formats by one description of each: the same visit of a value writes it or
// reads it. It bounds what reading takes, and knows nothing of what is written.
package codec
