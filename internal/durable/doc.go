// Package durable puts files and folders on a disk so that they are there whole or not at all, whatever ends the
// program or the machine: everything is written under a temporary name, synced, renamed, and the folder synced. It also
// holds the claim on a place: who may write there, one at a time, and over nothing but what this program wrote.
//
// Every write of the project goes through here, and nothing else does: no format of a file, no knowledge of what a run
// or a network is, nothing of ours is imported. Temporaries and locks are named .sparkling-…; those of programs that
// are gone are removed by [Sweep].
package durable
