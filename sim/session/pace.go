package session

import (
	"math"
	"time"
)

// Speed is a multiple of the default pace.
type Speed float64

// Max is as fast as the machine can.
var Max = Speed(math.Inf(1))

// The default pace in steps a second: the first steps after the fork are shown in slow motion. The first minute, which
// also waits for its reader, is paced by it.
const (
	paceBefore = 30
	paceSlow   = 4
	paceAfter  = 50
	slowSteps  = 40
)

// pace is the default pace at a step.
func (s *Session) pace(step float64) float64 {
	fork := float64(s.fork)
	switch {
	case step < fork:
		return paceBefore
	case step < fork+slowSteps:
		return paceSlow
	}
	return paceAfter
}

// longest is the most time that one call makes up for, as after a stalled timer.
const longest = 2 * time.Second

// advance moves the target by the time since the last call.
func (s *Session) advance() {
	now := s.now()
	dt := min(now.Sub(s.last), longest).Seconds()
	s.last = now
	s.reached = max(s.reached, s.progress())
	if !s.playing {
		return
	}
	if s.limit >= 0 {
		defer func() { s.target = math.Min(s.target, float64(max(s.limit, s.furthest()))) }()
	}
	if math.IsInf(float64(s.speed), 1) {
		s.target = float64(s.exp.Steps)
		return
	}
	// Not further than a little beyond what is done, so that a slow machine does not hurry later. An arm that begins
	// anew catches up as fast as it can.
	s.target = math.Min(s.target, float64(s.reached)+math.Max(8, s.pace(s.target)*float64(s.speed)))
	for dt > 0 {
		part := math.Min(dt, 0.05)
		s.target += part * s.pace(s.target) * float64(s.speed)
		dt -= part
	}
	s.target = math.Min(s.target, float64(s.exp.Steps))
}

// Hold lets the run play to a step and no further, whatever its speed; a negative one lets it play on. Who steps may go
// beyond.
func (s *Session) Hold(step int) {
	if step != s.limit {
		s.advance()
		s.limit = step
	}
}

// Play goes on.
func (s *Session) Play() {
	s.release()
	s.advance()
	s.playing = true
	s.pump()
}

// Pause stops after the steps that were granted.
func (s *Session) Pause() {
	s.advance()
	s.playing = false
	s.target = float64(s.furthest())
}

// StepOnce pauses, and makes one step if it was paused already.
func (s *Session) StepOnce() {
	if s.playing {
		s.Pause()
		return
	}
	s.release()
	s.target = float64(min(s.furthest()+1, s.exp.Steps))
	s.pump()
}

// release lets arms go on that stayed behind.
func (s *Session) release() {
	for i := range s.arms {
		s.arms[i].stays = false
	}
}

// furthest is the last step granted to anyone.
func (s *Session) furthest() int {
	most := 0
	for _, a := range s.arms {
		most = max(most, a.granted)
	}
	return most
}

// SetSpeed changes the pace; [Max] is as fast as the machine can.
func (s *Session) SetSpeed(v Speed) {
	s.advance()
	s.speed = v
	s.target = float64(s.furthest())
	s.pump()
}
