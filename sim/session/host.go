package session

// Host starts trainers, wherever they run.
type Host interface {
	// Start begins a trainer for an arm. deliver gets every message that it sends, on the session's goroutine, and fail
	// why it died.
	Start(arm int, deliver func(data []byte), fail func(error)) (Port, error)
	// Cores is how many trainers can work at once without taking turns on one core.
	Cores() int
	// Engine names what its trainers compute with: states and results are the same to the last bit where it is the
	// same.
	Engine() string
}

// Port is the way to one trainer.
type Port interface {
	Send(data []byte)
	Close()
}
