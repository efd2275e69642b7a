// Package sim runs experiments. Running an Experiment yields a [Record]: the experiment and the ArmFrames of every arm. A [Trainer]
// is one arm at work and speaks only [Message]s, so that it does not know whether it runs in a goroutine or in a Web Worker; a [Session] is the
// other end: it starts trainers, trains the small phase once, forks it into the arms, keeps them in lockstep and assembles the Record.
//
// It never draws, and knows neither the page nor the window.
package sim
