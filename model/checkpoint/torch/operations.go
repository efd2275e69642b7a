package torch

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"
)

// numeral reads a number.
func (m *machine) numeral(op byte) error {
	if op == opLong1 {
		n, err := m.number(1)
		if err != nil {
			return err
		}
		b, err := m.take(n)
		if err != nil {
			return err
		}
		if n > 8 {
			return fmt.Errorf("a number has %d bytes; read are 8", n)
		}
		var x uint64
		for i, c := range b {
			x |= uint64(c) << (8 * i)
		}
		if n > 0 && n < 8 && b[n-1] >= 0x80 {
			x |= ^uint64(0) << (8 * n)
		}
		m.push(int64(x))
		return nil
	}
	b, err := m.take(map[byte]int{opInt: 4, opInt1: 1, opInt2: 2, opFloat: 8}[op])
	if err != nil {
		return err
	}
	switch op {
	case opInt:
		m.push(int64(int32(binary.LittleEndian.Uint32(b))))
	case opInt1:
		m.push(int64(b[0]))
	case opInt2:
		m.push(int64(binary.LittleEndian.Uint16(b)))
	case opFloat:
		m.push(math.Float64frombits(binary.BigEndian.Uint64(b)))
	}
	return nil
}

// text reads a text, which is part of the pickle: it takes no memory of its own beyond its length.
func (m *machine) text(op byte) error {
	size := 1
	if op == opText {
		size = 4
	}
	n, err := m.number(size)
	if err != nil {
		return err
	}
	b, err := m.take(n)
	if err != nil {
		return err
	}
	if !utf8.Valid(b) {
		return errors.New("a text is not in UTF-8")
	}
	m.push(string(b))
	return nil
}

// collection makes a tuple of what is on the stack, or an empty list or dict.
func (m *machine) collection(op byte) error {
	if err := m.container(); err != nil {
		return err
	}
	n := 0
	switch op {
	case opList:
		m.push(&List{})
		return nil
	case opDict:
		m.push(NewDict())
		return nil
	case opTuple:
		items, err := m.since()
		if err == nil {
			m.push(append(Tuple(nil), items...))
		}
		return err
	case opTuple1, opTuple2, opTuple3:
		n = int(op-opTuple1) + 1
	}
	items := make(Tuple, n)
	for i := n - 1; i >= 0; i-- {
		x, err := m.pop()
		if err != nil {
			return err
		}
		items[i] = x
	}
	m.push(items)
	return nil
}

// fill puts values into a list or a dict.
func (m *machine) fill(op byte) (err error) {
	var items []any
	switch op {
	case opAppend, opSetItem:
		n := 1
		if op == opSetItem {
			n = 2
		}
		if len(m.stack) < n+1 {
			return errors.New("it takes what is not there")
		}
		items = m.stack[len(m.stack)-n:]
		m.stack = m.stack[:len(m.stack)-n]
	default:
		if items, err = m.since(); err != nil {
			return err
		}
	}
	if len(m.stack) == 0 {
		return errors.New("it fills what is not there")
	}
	for _, x := range items {
		if _, is := x.(mark); is {
			return errors.New("it takes a mark for a value")
		}
	}
	switch to := m.stack[len(m.stack)-1].(type) {
	case *List:
		if op == opAppend || op == opAppends {
			to.Items = append(to.Items, items...)
			return nil
		}
	case *Dict:
		if op == opAppend || op == opAppends || len(items)%2 != 0 {
			break
		}
		for i := 0; i < len(items); i += 2 {
			if err := to.put(items[i], items[i+1]); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("it cannot put %d values into %s", len(items), describe(m.stack[len(m.stack)-1]))
}

// remember puts the topmost value into the memo, or brings one back. Slots are numbered in order, as every writer does
// it.
func (m *machine) remember(op byte) error {
	at, put := len(m.memo), op == opPut1 || op == opPut4 || op == opMemoize
	if op != opMemoize {
		size := 1
		if op == opPut4 || op == opGet4 {
			size = 4
		}
		n, err := m.number(size)
		if err != nil {
			return err
		}
		at = n
	}
	switch {
	case !put && at >= len(m.memo):
		return fmt.Errorf("slot %d of the memo is empty", at)
	case !put:
		m.push(m.memo[at])
	case at > len(m.memo):
		return fmt.Errorf("slot %d of the memo is filled before slot %d", at, len(m.memo))
	default:
		x, err := m.pop()
		if err != nil {
			return err
		}
		m.push(x)
		if at == len(m.memo) {
			m.memo = append(m.memo, nil)
		}
		m.memo[at] = x
	}
	return nil
}
