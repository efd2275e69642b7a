package main

import (
	"errors"
	"fmt"
	"syscall/js"
	"time"

	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/sim/session"
)

// workerHost implements session.Host: each trainer in a Web Worker of its own, all from one compiled module.
type workerHost struct {
	bridge js.Value
	heard  func() // called after every message of a trainer
	ports  map[*workerPort]bool
	cores  int
}

func newWorkerHost(bridge js.Value) *workerHost {
	h := &workerHost{bridge: bridge, heard: func() {}, ports: map[*workerPort]bool{}, cores: 2}
	if n := js.Global().Get("navigator").Get("hardwareConcurrency"); n.Type() == js.TypeNumber {
		h.cores = max(n.Int(), 1)
	}
	return h
}

// Start implements session.Host. The worker keeps what comes before its program, so messages may follow at once.
func (h *workerHost) Start(_ int, deliver func([]byte), fail func(error)) (session.Port, error) {
	return h.start(deliver, fail), nil
}

func (h *workerHost) start(deliver func([]byte), fail func(error)) *workerPort {
	p := &workerPort{host: h, fail: fail, heard: time.Now()}
	p.message = js.FuncOf(func(_ js.Value, args []js.Value) any {
		p.heard, p.missed = time.Now(), 0
		data := args[0].Get("data")
		if data.Type() == js.TypeString {
			return nil // a sign of life
		}
		if why := data.Get("failed"); why.Type() == js.TypeString {
			fail(errors.New(why.String()))
			return nil
		}
		for i := range data.Length() {
			view := js.Global().Get("Uint8Array").New(data.Index(i))
			message := make([]byte, view.Length())
			js.CopyBytesToGo(message, view)
			deliver(message)
		}
		h.heard()
		return nil
	})
	p.failure = js.FuncOf(func(_ js.Value, args []js.Value) any {
		args[0].Call("preventDefault")
		why := "its worker, site/worker.js, could not be started"
		if m := args[0].Get("message"); m.Type() == js.TypeString && m.String() != "" {
			why = m.String()
		}
		fail(errors.New(why))
		return nil
	})
	p.worker = h.bridge.Call("worker")
	p.worker.Set("onmessage", p.message)
	p.worker.Set("onerror", p.failure)
	h.ports[p] = true
	return p
}

// Cores implements session.Host.
func (h *workerHost) Cores() int { return h.cores }

// Engine implements session.Host: the workers' program is of the same build as this one.
func (h *workerHost) Engine() string { return compute.Platform() }

// A worker that the browser ends, for want of memory say, goes without a word. Each that is silent is asked for a sign
// of life now and then; one that stays silent through several looks, and not merely because this page slept, is dead.
const (
	lookEvery = 2 * time.Second
	maxMissed = 6
)

// watch looks after the workers; it is to be called every lookEvery.
func (h *workerHost) watch(now time.Time) {
	for p := range h.ports {
		if now.Sub(p.heard) > lookEvery {
			p.missed++
		}
		if p.missed > maxMissed {
			p.fail(fmt.Errorf("its worker has not answered for %.0f seconds; one update takes too long, or the "+
				"browser has ended it", now.Sub(p.heard).Seconds()))
			continue
		}
		if now.Sub(p.heard) > lookEvery/2 { // others have just given one
			p.worker.Call("postMessage", "ping")
		}
	}
}

// workerPort implements session.Port.
type workerPort struct {
	host             *workerHost
	worker           js.Value
	message, failure js.Func
	fail             func(error)
	heard            time.Time // when the worker last said anything
	missed           int       // looks without a word since
}

// Send implements session.Port. The buffer changes hands without being copied.
func (p *workerPort) Send(data []byte) {
	view := js.Global().Get("Uint8Array").New(len(data))
	js.CopyBytesToJS(view, data)
	buffer := view.Get("buffer")
	p.worker.Call("postMessage", buffer, js.ValueOf([]any{buffer}))
}

// Close implements session.Port.
func (p *workerPort) Close() {
	delete(p.host.ports, p)
	p.worker.Set("onmessage", js.Null())
	p.worker.Set("onerror", js.Null())
	p.worker.Call("terminate")
	p.message.Release()
	p.failure.Release()
}
