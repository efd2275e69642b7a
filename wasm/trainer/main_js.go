// Command trainer is the headless program of the page's Web Workers: one [train.Trainer] behind messages. It never
// draws, and knows neither the session nor the other arms. site/worker.js starts it.
//
// To it: ArrayBuffers, each one encoded message, and texts of the reader's own. From it: arrays of ArrayBuffers, each
// one encoded message, transferred.
package main

import (
	"syscall/js"
	"time"

	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/train"
)

// slice is how long the trainer works before it lets messages in. One update is the least that it can do.
const slice = 8 * time.Millisecond

func main() {
	w := &worker{trainer: train.NewTrainer(cpu.Factory{}), self: js.Global()}
	w.listen()
	select {}
}

// worker ties a Trainer to the events of a Web Worker. Between slices it yields through a MessageChannel: unlike a
// timer's, its turn comes at once, after the messages that are already waiting.
type worker struct {
	trainer *train.Trainer
	self    js.Value
	yield   js.Value // the port whose message starts the next slice
	due     bool     // that message is on its way
}

func (w *worker) listen() {
	channel := w.self.Get("MessageChannel").New()
	w.yield = channel.Get("port2")
	channel.Get("port1").Set("onmessage", js.FuncOf(func(js.Value, []js.Value) any {
		w.due = false
		out, more := w.trainer.Work(slice)
		w.post(out)
		if more {
			w.schedule()
		}
		return nil
	}))
	w.self.Set("onmessage", js.FuncOf(func(_ js.Value, args []js.Value) any {
		message := args[0].Get("data")
		if message.Get("text").Truthy() {
			w.take(message)
			return nil
		}
		view := js.Global().Get("Uint8Array").New(message)
		data := make([]byte, view.Length())
		js.CopyBytesToGo(data, view)
		w.post(w.trainer.Handle(data))
		w.schedule()
		return nil
	}))
}

func (w *worker) schedule() {
	if !w.due {
		w.due = true
		w.yield.Call("postMessage", js.Null())
	}
}

// post sends messages as one array, whose buffers change hands without being copied.
func (w *worker) post(messages [][]byte) {
	if len(messages) == 0 {
		return
	}
	buffers := js.Global().Get("Array").New(len(messages))
	for i, m := range messages {
		view := js.Global().Get("Uint8Array").New(len(m))
		js.CopyBytesToJS(view, m)
		buffers.SetIndex(i, view.Get("buffer"))
	}
	w.self.Call("postMessage", buffers, buffers)
}
