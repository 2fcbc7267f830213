package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/hashicorp/yamux"
)

// playServer waits for one agent on address, asks through it for what commands on stdin say, and ends with them.
func playServer(address, id, token string, commands <-chan []string) error {
	sessions := make(chan *yamux.Session, 1)
	handler := func(writer http.ResponseWriter, request *http.Request) {
		if status, text := judge(request, id, token); status != 0 {
			http.Error(writer, text, status)
			return
		}
		conn, rest, err := http.NewResponseController(writer).Hijack()
		if err != nil || rest.Reader.Buffered() > 0 {
			http.Error(writer, "hijack", http.StatusInternalServerError)
			return
		}
		io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: p2pstream-yamux\r\nX-P2PStream-Tunnel-Version: 1\r\n\r\n")
		session, err := yamux.Server(conn, settings())
		if err != nil {
			say("no session: %v", err)
			return
		}
		say("agent %q", request.Header.Get("X-P2PStream-Agent-Name"))
		sessions <- session
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/agent/tunnel", handler)
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	say("listening")
	go http.Serve(listener, mux)
	session := <-sessions
	client := &http.Client{Transport: &http.Transport{
		DialContext: func(_ context.Context, _, to string) (net.Conn, error) { return open(session, to) },
	}}
	for words := range commands {
		answer, err := obey(session, client, words)
		if err != nil {
			answer = "error " + err.Error()
		}
		say("%s", answer)
	}
	return session.Close()
}

// judge has the checks of the seed, in its order.
func judge(request *http.Request, id, token string) (int, string) {
	given, found := strings.CutPrefix(request.Header.Get("Authorization"), "Bearer ")
	switch {
	case request.Header.Get("X-P2PStream-Agent-ID") != id:
		return http.StatusUnauthorized, "agent is not registered"
	case !found || strings.TrimSpace(given) != token:
		return http.StatusUnauthorized, "invalid agent token"
	case request.Method != http.MethodGet:
		return http.StatusMethodNotAllowed, "method not allowed"
	case !strings.EqualFold(request.Header.Get("Upgrade"), "p2pstream-yamux"):
		return http.StatusBadRequest, "agent tunnel upgrade required"
	case request.Header.Get("X-P2PStream-Tunnel-Version") != "1":
		return http.StatusUpgradeRequired, "unsupported tunnel version"
	}
	return 0, ""
}

func open(session *yamux.Session, address string) (net.Conn, error) {
	stream, err := session.OpenStream()
	if err != nil {
		return nil, err
	}
	var response openResponse
	err = writeFrame(stream, openRequest{Version: 1, RequestID: "r", Network: "tcp", Address: address})
	if err == nil {
		err = readFrame(stream, &response)
	}
	if err == nil && !response.OK {
		err = errors.New(response.ErrorKind)
	}
	if err != nil {
		stream.Close()
		return nil, err
	}
	return stream, nil
}

// obey does what one line says: get URL, post URL BYTES, raw VERSION NETWORK ADDRESS, long.
func obey(session *yamux.Session, client *http.Client, words []string) (string, error) {
	switch words[0] {
	case "get":
		response, err := client.Get(words[1])
		return digest(response, err)
	case "post":
		var count int64
		fmt.Sscan(words[2], &count)
		response, err := client.Post(words[1], "application/octet-stream", io.LimitReader(letters{}, count))
		return digest(response, err)
	case "raw":
		var version int
		fmt.Sscan(words[1], &version)
		return ask(session, func(stream io.Writer) error {
			return writeFrame(stream, openRequest{Version: version, RequestID: "r", Network: words[2], Address: words[3]})
		})
	case "long":
		return ask(session, func(stream io.Writer) error { return writeBytes(stream, make([]byte, mostFrame+1)) })
	}
	return "", fmt.Errorf("no command %q", words[0])
}

// ask says something on a stream of its own, and returns what kind of answer it gets.
func ask(session *yamux.Session, speak func(io.Writer) error) (string, error) {
	stream, err := session.OpenStream()
	if err != nil {
		return "", err
	}
	defer stream.Close()
	if err := speak(stream); err != nil {
		return "", err
	}
	var response openResponse
	if err := readFrame(stream, &response); err != nil {
		return "", err
	}
	return fmt.Sprintf("ok=%v %s", response.OK, response.ErrorKind), nil
}

func digest(response *http.Response, err error) (string, error) {
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	sum := sha256.New()
	count, err := io.Copy(sum, response.Body)
	return fmt.Sprintf("%d %d %s", response.StatusCode, count, hex.EncodeToString(sum.Sum(nil))), err
}

// letters is an endless body.
type letters struct{}

func (letters) Read(into []byte) (int, error) {
	for at := range into {
		into[at] = 'x'
	}
	return len(into), nil
}
