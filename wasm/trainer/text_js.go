package main

import (
	"crypto/sha256"
	"encoding/json"
	"syscall/js"

	"github.com/sparkling-lab/sparkling/sim/task"
)

// take takes a text of the reader's own that a task, in JSON, is to learn. To whom it came with a port it answers
// there, in JSON, what is to be told of it; else the arm has ended if it is not the task's.
func (w *worker) take(message js.Value) {
	view := js.Global().Get("Uint8Array").New(message.Get("text"))
	data := make([]byte, view.Length())
	js.CopyBytesToGo(data, view)
	sum, err := summary(message.Get("task").String(), data)
	port := message.Get("port")
	if port.IsUndefined() {
		if err != nil {
			w.self.Call("postMessage", js.ValueOf(map[string]any{"failed": err.Error()}))
		}
		return
	}
	var answer any = sum
	if err != nil {
		answer = map[string]string{"wrong": err.Error()}
	}
	said, err := json.Marshal(answer)
	if err != nil {
		panic(err) // plain data
	}
	port.Call("postMessage", string(said))
}

func summary(asked string, data []byte) (task.Summary, error) {
	var s task.Spec
	if err := json.Unmarshal([]byte(asked), &s); err != nil {
		return task.Summary{}, err
	}
	own, text, err := task.TakeText(s, data, sha256.Sum256)
	if err != nil {
		return task.Summary{}, err
	}
	return task.Summarized(own, text), nil
}
