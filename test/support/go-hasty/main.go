// A visitor over TLS who sends the end of its handshake, a request, FIN and RST one right after the other:
// what Node can't do, whose sockets only close in a later turn.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"net"
	"os"
	"time"
)

// comeAndGo is a visit; n says how long it hesitates before its request.
func comeAndGo(address string, n int) error {
	plain, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	tcp := plain.(*net.TCPConn)
	if err := tcp.SetLinger(0); err != nil {
		return err
	}
	secure := tls.Client(tcp, &tls.Config{InsecureSkipVerify: true})
	if err := secure.Handshake(); err != nil {
		return err
	}
	// The handshake's end is to be read alone, and the rest to come while the server thinks about it: a fraction of a millisecond.
	for until := time.Now().Add(time.Duration(n%20) * 20 * time.Microsecond); time.Now().Before(until); {
	}
	// From here on the server may be quicker, and a write may meet what it says to that.
	secure.Write([]byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"))
	tcp.CloseWrite()
	return tcp.Close()
}

func main() {
	address := flag.String("connect", "", "host:port")
	times := flag.Int("times", 1, "how often")
	flag.Parse()
	for n := 0; n < *times; n++ {
		if err := comeAndGo(*address, n); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
