// The other side of our mux, as hashicorp/yamux plays it: connects, plays one part, says how it went, and ends.
//
//	go-yamux -connect 127.0.0.1:4000 -role client -part sum
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/hashicorp/yamux"
)

var (
	connect = flag.String("connect", "", "where the other side listens")
	listen  = flag.String("listen", "", "listen there instead, and say where")
	role    = flag.String("role", "client", "client or server")
	part    = flag.String("part", "sum", "echo, sum, slow, send, burst, bulk, ping, away, hold")
	streams = flag.Int("streams", 1, "streams to open")
	size    = flag.Int("size", 1<<20, "bytes on each")
	window  = flag.Uint("window", 256*1024, "MaxStreamWindowSize")
)

func main() {
	flag.Parse()
	if err := play(carrier()); err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	fmt.Println("done")
}

func carrier() net.Conn {
	var conn net.Conn
	var err error
	if *listen == "" {
		conn, err = net.Dial("tcp", *connect)
	} else {
		var door net.Listener
		if door, err = net.Listen("tcp", *listen); err == nil {
			fmt.Println("listens", door.Addr().(*net.TCPAddr).Port)
			conn, err = door.Accept()
		}
	}
	if err != nil {
		log.Fatal(err)
	}
	return conn
}

func play(conn net.Conn) error {
	config := yamux.DefaultConfig()
	config.KeepAliveInterval = 20 * time.Second
	config.StreamOpenTimeout = 10 * time.Second
	config.StreamCloseTimeout = 30 * time.Second
	config.MaxStreamWindowSize = uint32(*window)
	config.LogOutput = io.Discard
	start := yamux.Client
	if *role == "server" {
		start = yamux.Server
	}
	session, err := start(conn, config)
	if err != nil {
		return err
	}
	defer session.Close()
	switch *part {
	case "echo":
		return accept(session, func(stream net.Conn) error { _, err := io.Copy(stream, stream); return err })
	case "sum":
		return accept(session, func(stream net.Conn) error { return sum(stream, 0) })
	case "slow":
		return accept(session, func(stream net.Conn) error { return sum(stream, 2*time.Millisecond) })
	case "send":
		return each(func(n int) error { return send(session, n) })
	case "burst":
		return burst(session)
	case "bulk":
		return bulk(session)
	case "ping":
		for n := 0; n < 100; n++ {
			if _, err := session.Ping(); err != nil {
				return err
			}
		}
		return nil
	case "away":
		if err := session.GoAway(); err != nil {
			return err
		}
		return accept(session, func(net.Conn) error { return errors.New("a stream after GoAway") })
	case "hold":
		<-session.CloseChan()
		return nil
	}
	return fmt.Errorf("no part %q", *part)
}

// accept plays one part on every stream until the session ends, and returns the first failure.
func accept(session *yamux.Session, play func(net.Conn) error) error {
	var all sync.WaitGroup
	var once sync.Once
	var failure error
	for {
		stream, err := session.Accept()
		if err != nil {
			all.Wait()
			return failure
		}
		all.Add(1)
		go func() {
			defer all.Done()
			defer stream.Close()
			// A stream that the other side cut is a part of the play.
			if err := play(stream); err != nil && !errors.Is(err, yamux.ErrConnectionReset) && !isOver(err) {
				once.Do(func() { failure = err })
			}
		}()
	}
}

func isOver(err error) bool {
	return errors.Is(err, yamux.ErrSessionShutdown) || errors.Is(err, yamux.ErrStreamClosed) || errors.Is(err, io.EOF)
}

// sum reads to the end, resting after every read, and answers with the digest.
func sum(stream net.Conn, rest time.Duration) error {
	digest := sha256.New()
	buffer := make([]byte, 32*1024)
	for {
		n, err := stream.Read(buffer)
		digest.Write(buffer[:n])
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		time.Sleep(rest)
	}
	_, err := stream.Write([]byte(hex.EncodeToString(digest.Sum(nil))))
	return err
}

func each(play func(n int) error) error {
	failures := make(chan error, *streams)
	for n := 0; n < *streams; n++ {
		go func(n int) { failures <- play(n) }(n)
	}
	var failure error
	for n := 0; n < *streams; n++ {
		if err := <-failures; err != nil {
			failure = err
		}
	}
	return failure
}

// send writes bytes, half-closes, and expects their digest back.
func send(session *yamux.Session, n int) error {
	stream, err := session.OpenStream()
	if err != nil {
		return err
	}
	payload := make([]byte, *size)
	for at := range payload {
		payload[at] = byte(n + at*7)
	}
	for at := 0; at < len(payload); at += 10_000 {
		end := at + 10_000
		if end > len(payload) {
			end = len(payload)
		}
		if _, err := stream.Write(payload[at:end]); err != nil {
			return fmt.Errorf("stream %d: %w", n, err)
		}
	}
	if err := stream.Close(); err != nil {
		return err
	}
	answer, err := io.ReadAll(stream)
	if err != nil {
		return fmt.Errorf("stream %d: %w", n, err)
	}
	digest := sha256.Sum256(payload)
	if string(answer) != hex.EncodeToString(digest[:]) {
		return fmt.Errorf("stream %d: %d bytes came back as %q", n, len(payload), answer)
	}
	return nil
}

// burst opens and closes, one after the other, as fast as it can.
func burst(session *yamux.Session) error {
	for n := 0; n < *streams; n++ {
		stream, err := session.OpenStream()
		if err != nil {
			return err
		}
		if _, err := stream.Write([]byte("x")); err != nil {
			return err
		}
		if err := stream.Close(); err != nil {
			return err
		}
	}
	_, err := session.Ping()
	return err
}

// bulk moves bytes for the benchmark: a client sends, a server reads and says how much each stream brought when the first was done.
func bulk(session *yamux.Session) error {
	if *role == "client" {
		err := each(func(int) error {
			stream, err := session.OpenStream()
			if err != nil {
				return err
			}
			piece := make([]byte, 64*1024)
			for left := *size; left > 0; left -= len(piece) {
				if _, err := stream.Write(piece); err != nil {
					return err
				}
			}
			stream.Close()
			_, err = io.Copy(io.Discard, stream)
			return err
		})
		figures()
		return err
	}
	defer figures()
	return accept(session, func(stream net.Conn) error { _, err := io.Copy(io.Discard, stream); return err })
}

// figures says what the process has used.
func figures() {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) == nil {
		cpu := time.Duration(used.Utime.Nano() + used.Stime.Nano())
		fmt.Printf("cpu %.3f rss %d\n", cpu.Seconds(), used.Maxrss/1024)
	}
}
