package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/hashicorp/yamux"
)

// playAgent asks a server for a tunnel and dials what comes through it, until the server ends it.
func playAgent(address, id, token string) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	request := "GET /agent/tunnel HTTP/1.1\r\nHost: " + address + "\r\nUser-Agent: Go-http-client/1.1\r\n" +
		"Authorization: Bearer " + token + "\r\nConnection: Upgrade\r\nUpgrade: p2pstream-yamux\r\n" +
		"X-P2pstream-Agent-Id: " + id + "\r\nX-P2pstream-Agent-Name: a Go agent\r\nX-P2pstream-Tunnel-Version: 1\r\n\r\n"
	if _, err := io.WriteString(conn, request); err != nil {
		return err
	}
	reader := bufio.NewReader(conn)
	response, err := http.ReadResponse(reader, nil)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusSwitchingProtocols || !strings.EqualFold(response.Header.Get("Upgrade"), "p2pstream-yamux") {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	say("connected")
	session, err := yamux.Client(&buffered{conn, reader}, settings())
	if err != nil {
		return err
	}
	for {
		stream, err := session.AcceptStream()
		if err != nil {
			say("over: %v", err)
			return nil
		}
		go serve(stream)
	}
}

// serve dials what one stream wants, and copies; the direction that is done first closes both.
func serve(stream net.Conn) {
	defer stream.Close()
	var open openRequest
	if err := readFrame(stream, &open); err != nil {
		writeFrame(stream, openResponse{ErrorKind: "invalid_open_request", Error: err.Error()})
		return
	}
	if open.Version != 1 {
		writeFrame(stream, openResponse{ErrorKind: "unsupported_version"})
		return
	}
	if strings.ToLower(strings.TrimSpace(open.Network)) != "tcp" {
		writeFrame(stream, openResponse{ErrorKind: "invalid_open_request", Error: "network"})
		return
	}
	origin, err := net.Dial("tcp", open.Address)
	if err != nil {
		writeFrame(stream, openResponse{ErrorKind: "dial_failed", Error: err.Error()})
		return
	}
	defer origin.Close()
	if err := writeFrame(stream, openResponse{OK: true}); err != nil {
		return
	}
	done := make(chan struct{}, 2)
	copyTo := func(to io.Writer, from io.Reader) {
		io.Copy(to, from)
		done <- struct{}{}
	}
	go copyTo(origin, stream)
	go copyTo(stream, origin)
	<-done
}

// buffered is a connection of which some bytes were read already.
type buffered struct {
	net.Conn
	reader *bufio.Reader
}

func (b *buffered) Read(into []byte) (int, error) { return b.reader.Read(into) }
