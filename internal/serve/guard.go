package serve

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Self lets only pages of the same origin show this one in a frame; [FrameAncestors] says what else may be chosen.
const Self = "self"

// FrameAncestors is the directive of the Content-Security-Policy for who may show the page in a frame: "self", "none",
// "*" for every page of a network, or origins such as https://example.org, separated by spaces. Others are refused by
// name.
func FrameAncestors(choice string) (string, error) {
	var sources []string
	words := strings.Fields(choice)
	for _, word := range words {
		u, err := url.Parse(word)
		switch {
		case word == "none" && len(words) > 1:
			return "", errors.New("frame ancestors are none and others; allowed is none alone")
		case word == Self || word == "none":
			sources = append(sources, "'"+word+"'")
		case word == "*":
			sources = append(sources, word)
		case err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && word == u.Scheme+"://"+
			u.Host && !strings.ContainsAny(word, `;,'"`):
			sources = append(sources, word)
		default:
			return "", fmt.Errorf("the frame ancestor %q is not known; allowed are self, none, *, and origins such "+
				"as https://example.org", word)
		}
	}
	if len(sources) == 0 {
		return "", errors.New("frame ancestors are missing; allowed are self, none, *, and origins such as " +
			"https://example.org")
	}
	return "; frame-ancestors " + strings.Join(sources, " "), nil
}

// ownHost reports whether a Host header names this machine by a name that nobody else's DNS can give it: a page of
// another host that lets its name point here could otherwise read what is served (DNS rebinding).
func ownHost(host string) bool {
	if name, port, err := net.SplitHostPort(host); err == nil {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return false
		}
		host = name
	} else {
		host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// hidden reports whether a path has a part whose name begins with a dot.
func hidden(path string) bool { return strings.HasPrefix(path, ".") || strings.Contains(path, "/.") }

// stall is how long a client may take nothing of an answer before it is left; one that takes a little now and then gets
// all of it.
const stall = 30 * time.Second

// patient gives every piece of an answer a time of its own.
type patient struct {
	http.ResponseWriter
	connection *http.ResponseController
}

func newPatient(w http.ResponseWriter) patient { return patient{w, http.NewResponseController(w)} }

// Write is called for every piece.
func (p patient) Write(b []byte) (int, error) {
	if err := p.connection.SetWriteDeadline(time.Now().Add(stall)); err != nil &&
		!errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return p.ResponseWriter.Write(b)
}
