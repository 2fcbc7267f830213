// Both ends of a tunnel as p2pstream's seed in Go has them, on hashicorp/yamux and net/http: what ours have to get on with.
//
//	go-p2pstream -role agent -connect 127.0.0.1:8081 -id lab -token SECRET
//	go-p2pstream -role server -listen 127.0.0.1:8081 -id lab -token SECRET    (commands on stdin, one answer a line)
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/hashicorp/yamux"
)

var (
	role    = flag.String("role", "agent", "agent, server")
	connect = flag.String("connect", "", "the server's host:port")
	listen  = flag.String("listen", "", "host:port")
	id      = flag.String("id", "", "of the agent")
	token   = flag.String("token", "", "of the agent")
)

func say(format string, values ...any) { fmt.Printf(format+"\n", values...) }

// settings are the seed's: the library's own but for longer patience with pings.
func settings() *yamux.Config {
	config := yamux.DefaultConfig()
	config.KeepAliveInterval = 20 * time.Second
	config.StreamOpenTimeout = 10 * time.Second
	config.StreamCloseTimeout = 30 * time.Second
	config.LogOutput = io.Discard
	return config
}

func commands() <-chan []string {
	lines := make(chan []string)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(os.Stdin); scanner.Scan(); {
			lines <- strings.Fields(scanner.Text())
		}
	}()
	return lines
}

func main() {
	flag.Parse()
	var err error
	if *role == "agent" {
		err = playAgent(*connect, *id, *token)
	} else {
		err = playServer(*listen, *id, *token, commands())
	}
	if err != nil {
		say("failed: %v", err)
		os.Exit(1)
	}
}
