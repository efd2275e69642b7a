package torch

import (
	"bytes"
	"errors"
	"fmt"
	"math"
)

// What a pickle may be at most. A network of 100,000 parameter tensors with Adam's states stays below all of them.
const (
	maxPickle     = 64 << 20 // bytes
	maxOps        = 8 << 20
	maxContainers = 2 << 20 // tuples, lists, dicts and tensors
	maxDepth      = 32      // of what is open at once
)

// The operations of a pickle that are read: those that PyTorch writes, and those that Python's protocols 3 to 5 have in
// their place. All others are refused, whatever they do.
const (
	opProto, opFrame, opStop                          = 0x80, 0x95, '.'
	opMark, opPop                                     = '(', '0'
	opNone, opTrue, opFalse                           = 'N', 0x88, 0x89
	opInt, opInt1, opInt2, opLong1, opFloat           = 'J', 'K', 'M', 0x8a, 'G'
	opText, opShortText, opBytes1                     = 'X', 0x8c, 'U'
	opTuple0, opTuple, opTuple1, opTuple2, opTuple3   = ')', 't', 0x85, 0x86, 0x87
	opList, opAppend, opAppends                       = ']', 'a', 'e'
	opDict, opSetItem, opSetItems                     = '}', 's', 'u'
	opPut1, opPut4, opGet1, opGet4, opMemoize         = 'q', 'r', 'h', 'j', 0x94
	opGlobal, opStackGlobal, opReduce, opBuild, opPid = 'c', 0x93, 'R', 'b', 'Q'
)

// mark is where a tuple, or what goes into a list or a dict, begins on the stack.
type mark struct{}

// machine reads a pickle. It makes the values of value.go and nothing else: names are looked up in a short list, and
// none is ever called.
type machine struct {
	data       []byte // what is left
	stack      []any
	memo       []any
	marks      int
	containers int
	storages   map[string]*storage
}

// parse reads a pickle to its end.
func parse(data []byte) (root any, storages map[string]*storage, err error) {
	m := &machine{data: data, storages: map[string]*storage{}}
	for range maxOps {
		op, err := m.take(1)
		if err != nil {
			return nil, nil, err
		}
		if op[0] == opStop {
			if root, err = m.pop(); err == nil && (len(m.stack) > 0 || len(m.data) > 0) {
				err = errors.New("it ends before all of it is used")
			}
			return root, m.storages, err
		}
		if err := m.do(op[0]); err != nil {
			return nil, nil, fmt.Errorf("at byte %d: %w", len(data)-len(m.data)-1, err)
		}
	}
	return nil, nil, fmt.Errorf("it has more than %d operations", maxOps)
}

// take cuts n bytes from what is left.
func (m *machine) take(n int) ([]byte, error) {
	if n > len(m.data) {
		return nil, errors.New("it was cut short")
	}
	x := m.data[:n]
	m.data = m.data[n:]
	return x, nil
}

// number is a whole number without a sign, of n bytes.
func (m *machine) number(n int) (int, error) {
	b, err := m.take(n)
	if err != nil {
		return 0, err
	}
	var x uint64
	for i, c := range b {
		x |= uint64(c) << (8 * i)
	}
	if x > math.MaxInt32 {
		return 0, errors.New("a length or a number has no room")
	}
	return int(x), nil
}

// line cuts a line from what is left.
func (m *machine) line() (string, error) {
	end := bytes.IndexByte(m.data, '\n')
	if end < 0 || end > 200 {
		return "", errors.New("a name has no end")
	}
	b, err := m.take(end + 1)
	return string(b[:end]), err
}

func (m *machine) push(x any) { m.stack = append(m.stack, x) }

// pop takes the topmost value, which is no mark.
func (m *machine) pop() (any, error) {
	if len(m.stack) == 0 {
		return nil, errors.New("it takes what is not there")
	}
	x := m.stack[len(m.stack)-1]
	if _, is := x.(mark); is {
		return nil, errors.New("it takes a mark for a value")
	}
	m.stack = m.stack[:len(m.stack)-1]
	return x, nil
}

// since takes all values above the last mark, and the mark.
func (m *machine) since() ([]any, error) {
	for i := len(m.stack) - 1; i >= 0; i-- {
		if _, is := m.stack[i].(mark); is {
			items := m.stack[i+1:]
			m.stack = m.stack[:i]
			m.marks--
			return items, nil
		}
	}
	return nil, errors.New("it takes what is above a mark, and there is none")
}

// container counts one more.
func (m *machine) container() error {
	if m.containers++; m.containers > maxContainers {
		return fmt.Errorf("it has more than %d tuples, lists, dicts and tensors", maxContainers)
	}
	return nil
}

// do is one operation.
func (m *machine) do(op byte) error {
	switch op {
	case opProto:
		b, err := m.take(1)
		if err == nil && (b[0] < 2 || b[0] > 5) {
			err = fmt.Errorf("it is of protocol %d; read are 2 to 5", b[0])
		}
		return err
	case opFrame: // how much follows in one piece is of use to streams only
		_, err := m.take(8)
		return err
	case opMark:
		if m.marks++; m.marks > maxDepth {
			return fmt.Errorf("more than %d marks are open", maxDepth)
		}
		m.push(mark{})
		return nil
	case opPop:
		_, err := m.pop()
		return err
	case opNone:
		m.push(nil)
	case opTrue, opFalse:
		m.push(op == opTrue)
	case opInt, opInt1, opInt2, opLong1, opFloat:
		return m.numeral(op)
	case opText, opShortText, opBytes1:
		return m.text(op)
	case opTuple0, opTuple, opTuple1, opTuple2, opTuple3, opList, opDict:
		return m.collection(op)
	case opAppend, opAppends, opSetItem, opSetItems:
		return m.fill(op)
	case opPut1, opPut4, opMemoize, opGet1, opGet4:
		return m.remember(op)
	case opGlobal, opStackGlobal:
		return m.global(op)
	case opReduce:
		return m.reduce()
	case opBuild:
		return m.build()
	case opPid:
		return m.persistent()
	default:
		return fmt.Errorf("the operation 0x%02x is not among those that PyTorch's files need, and nothing else is done",
			op)
	}
	return nil
}
