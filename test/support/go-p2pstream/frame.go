package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
)

// The first words of both sides on a stream: four bytes of length, and as much JSON.

const mostFrame = 16 * 1024

var errTooLong = errors.New("frame too long")

type openRequest struct {
	Version   int    `json:"version"`
	RequestID string `json:"request_id"`
	Network   string `json:"network"`
	Address   string `json:"address"`
}

type openResponse struct {
	OK        bool   `json:"ok"`
	ErrorKind string `json:"error_kind,omitempty"`
	Error     string `json:"error,omitempty"`
}

func writeFrame(to io.Writer, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return writeBytes(to, text)
}

func writeBytes(to io.Writer, text []byte) error {
	length := make([]byte, 4)
	binary.BigEndian.PutUint32(length, uint32(len(text)))
	// Two writes, as the seed does it.
	if _, err := to.Write(length); err != nil {
		return err
	}
	_, err := to.Write(text)
	return err
}

func readFrame(from io.Reader, value any) error {
	length := make([]byte, 4)
	if _, err := io.ReadFull(from, length); err != nil {
		return err
	}
	size := binary.BigEndian.Uint32(length)
	if size > mostFrame {
		return errTooLong
	}
	text := make([]byte, size)
	if _, err := io.ReadFull(from, text); err != nil {
		return err
	}
	return json.Unmarshal(text, value)
}
