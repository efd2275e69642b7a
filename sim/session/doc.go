// Package session leads the arms of an experiment. A [Session] starts their trainers on a [Host], trains the shared
// small phase once, forks it into the arms, keeps them in lockstep at the pace that is asked for, and assembles the
// record; its [State] is saved to a file and resumed from it.
//
// It trains nothing itself and never draws, and knows neither the page nor the window.
package session
