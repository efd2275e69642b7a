package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// tries is how many ports from the asked-for one upwards are looked at before giving up.
const tries = 32

// Run serves a page, a folder or a zip, until ctx is done. addr is host:port with a loopback host; where the port is
// taken the next free one is used, and port 0 is any. Ancestors are as [FrameAncestors] takes them. The address goes to
// out as one line once it is being listened to, and that of the slides as another, where the page has some.
func Run(ctx context.Context, page, addr, ancestors string, out io.Writer) error {
	h, err := newHandler(page, ancestors)
	if err != nil {
		return err
	}
	l, err := listen(addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Serving SPARKLING Lab at http://%s/\n", l.Addr())
	if f := h.files.open("slides/index.html"); f != nil {
		f.Close()
		fmt.Fprintf(out, "The slides are at http://%s/slides/\n", l.Addr())
	}

	srv := server(h)
	stopped := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if srv.Shutdown(grace) != nil {
			srv.Close()
		}
	})
	defer stopped()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// server waits for nobody without an end, and for whoever takes an answer piece by piece as long as that takes.
func server(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: stall, WriteTimeout: stall,
		IdleTimeout:    2 * time.Minute,
		MaxHeaderBytes: 1 << 16}
}

func listen(addr string) (net.Listener, error) {
	host, p, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("the address %q is not host:port, such as 127.0.0.1:8080", addr)
	}
	port, err := strconv.Atoi(p)
	if err != nil || port < 0 || port > 65535 {
		return nil, fmt.Errorf("the port %q is not a number from 0 to 65535", p)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("the host %q is not this machine's own; allowed are 127.0.0.1, ::1 and localhost", host)
	}
	var last error
	for i := range tries {
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port+i)))
		if err == nil {
			return l, nil
		}
		last = err
		if port+i == 65535 {
			break
		}
	}
	return nil, fmt.Errorf("no free port from %d on: %w", port, last)
}
